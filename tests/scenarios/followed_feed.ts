import { time } from "@headwater/core";

/** A client of a feed, that comes again as browsers do. */
export type FollowedFeed = AsyncDisposable & {
  /** What it was told, in the order in which it came. */
  readonly told: readonly ToldEvent[];
  /** How often it was sent away, or cut off, once it was connected. */
  readonly ends: number;
  /** Resolves when it is connected for the first time. */
  readonly connected: Promise<void>;
};

export type ToldEvent = {
  readonly id: number;
  readonly type: string;
  // deno-lint-ignore no-explicit-any -- whoever follows knows what is told
  readonly data: any;
};

/** Shorter than browsers wait: a test must not. */
const pauseMs = 20;

/** Follows what `ask` answers to a request with these headers, until it is disposed; nobody else has to be there all the time. */
export function followFeed(
  ask: (options: RequestInit) => Promise<Response>,
): FollowedFeed {
  const told: ToldEvent[] = [];
  const stop = new AbortController();
  const { signal } = stop;
  const connected = Promise.withResolvers<void>();
  let ends = 0;
  let isConnected = false;

  async function follow(): Promise<void> {
    const last = told.at(-1)?.id;
    const headers = { ...(last !== undefined && { "Last-Event-ID": String(last) }) };
    const answer = await ask({ headers, signal });
    if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
    connected.resolve();
    isConnected = true;
    const reader = answer.body!.getReader();
    const hangUp = () => void reader.cancel().catch(() => {/* It was cut off */});
    signal.addEventListener("abort", hangUp, { once: true });
    const decoder = new TextDecoder();
    let rest = "";
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      const frames = (rest + decoder.decode(next.value, { stream: true })).split("\n\n");
      // A frame that is cut off is none
      rest = frames.pop() ?? "";
      for (const frame of frames) take(frame);
    }
    signal.removeEventListener("abort", hangUp);
  }
  function take(frame: string): void {
    const fields = new Map(
      frame.split("\n").map((line) => {
        const colon = line.indexOf(":");
        return [line.slice(0, colon), line.slice(colon + 2)];
      }),
    );
    const [id, type, data] = ["id", "event", "data"].map((name) => fields.get(name));
    if (data !== undefined) told.push({ id: Number(id), type: type!, data: JSON.parse(data) });
  }
  async function followOn(): Promise<void> {
    while (!signal.aborted) {
      await follow().catch(() => {/* It comes again */});
      if (isConnected) ends++;
      isConnected = false;
      await time.pause(pauseMs, { signal });
    }
  }
  const following = followOn();
  return {
    told,
    get ends() {
      return ends;
    },
    connected: connected.promise,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await following;
    },
  };
}
