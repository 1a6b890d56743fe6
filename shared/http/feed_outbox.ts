import { joinedBytes } from "@headwater/resilience";

/** What one client is sent, for as long as it reads. */
export type FeedOutbox = {
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Sends it as soon as the client reads on; a client for which too much waits is hung up on. */
  send(chunk: Uint8Array<ArrayBuffer>): void;
  /** Sends a sign of life; a client that has taken nothing since the last one although something waited is hung up on. */
  beat(chunk: Uint8Array<ArrayBuffer>): void;
  /** Hangs up. */
  end(): void;
};

/** Bytes: hundreds of events. Who is so far behind reads them from the table, as fast as it can take them. */
const mostWaiting = 256 * 1024;

/**
 * What waits for a client is bounded, in bytes and in time: a client that is hung up on asks again from where it is.
 * `refill`: the client reads on, and nothing waits for it; it must not fail. `ended`: is called once, whoever hangs up.
 */
export function feedOutbox(
  { refill, ended }: { refill(): Promise<void>; ended(): void },
): FeedOutbox {
  let controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
  let waiting: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  let isOver = false;
  let isStuck = false;
  let wake = () => {};
  let refilling: Promise<void> | undefined;

  function finish(): void {
    if (isOver) return;
    isOver = true;
    waiting = [];
    wake();
    ended();
  }
  function end(): void {
    if (isOver) return;
    finish();
    controller.close();
  }
  function send(chunk: Uint8Array<ArrayBuffer>): void {
    if (isOver) return;
    // One that is longer than that is sent all the same: it would be as long again
    if (bytes >= mostWaiting) return end();
    waiting.push(chunk);
    bytes += chunk.byteLength;
    wake();
  }
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(given) {
      controller = given;
    },
    async pull() {
      isStuck = false;
      if (waiting.length === 0) {
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        refilling ??= refill().finally(() => refilling = undefined);
        await promise;
      }
      if (isOver) return;
      const chunk = joinedBytes(waiting);
      waiting = [];
      bytes = 0;
      controller.enqueue(chunk);
    },
    cancel: finish,
  }, { highWaterMark: 0 });

  return {
    body,
    send,
    beat(chunk) {
      if (isStuck) return end();
      isStuck = waiting.length > 0;
      send(chunk);
    },
    end,
  };
}
