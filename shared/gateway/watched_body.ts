import { type time } from "@headwater/core";
import { BadInput, BodyTooSlow } from "@headwater/resilience";

/** @internal */
type Bytes = Uint8Array<ArrayBuffer>;

/** The body of a request while it is passed on. */
export type Upload = {
  readonly stream: ReadableStream<Bytes>;
  /** What the client did wrong; undefined: nothing. */
  fault(): Error | undefined;
  /** It was passed on to its end. */
  isOver(): boolean;
  /** Resolves when nothing more comes, whatever the reason. */
  readonly over: Promise<void>;
};

type Patience = {
  /** Milliseconds that may pass until the next part is here. */
  readonly mostMs: number;
  readonly clock: time.Clock;
};

/** Passes a long body of a request on as it comes, a part at a time and no more. */
export function upload(body: ReadableStream<Bytes>, { mostMs, clock }: Patience): Upload {
  let fault: Error | undefined;
  let isOver = false;
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  const stream = passing(body, {
    mostMs,
    clock,
    late: () => new BodyTooSlow(mostMs),
    onEnd() {
      isOver = true;
      end();
    },
    onFault(error) {
      end();
      fault = error instanceof BodyTooSlow
        ? error
        : new BadInput([{ path: "", message: "The body broke off" }], { cause: error });
    },
  });
  return { stream, fault: () => fault, isOver: () => isOver, over };
}

/** Passes an answer on as it comes; where it breaks off, or stands still for too long, so does what is passed on. */
export function watched(
  body: ReadableStream<Bytes>,
  { mostMs, clock, onFault }: Patience & { onFault(error: unknown): void },
): ReadableStream<Bytes> {
  return passing(body, {
    mostMs,
    clock,
    late: () => new Error(`Cannot read the answer: nothing came for ${mostMs} ms`),
    onEnd() {},
    onFault,
  });
}

function passing(
  body: ReadableStream<Bytes>,
  { mostMs, clock, late, onEnd, onFault }: Patience & {
    late(): Error;
    onEnd(): void;
    onFault(error: unknown): void;
  },
): ReadableStream<Bytes> {
  const reader = body.getReader();

  async function nextPart(): Promise<ReadableStreamReadResult<Bytes>> {
    const tooLate = Promise.withResolvers<never>();
    const cancelTimer = clock.after(mostMs, () => tooLate.reject(late()));
    try {
      return await Promise.race([reader.read(), tooLate.promise]);
    } finally {
      cancelTimer();
    }
  }

  return new ReadableStream<Bytes>({
    async pull(stream) {
      try {
        const { done, value } = await nextPart();
        if (!done) return stream.enqueue(value);
        onEnd();
        stream.close();
      } catch (error) {
        onFault(error);
        stream.error(error);
        // It has failed already, or nobody wants the rest.
        reader.cancel(error).catch(() => {});
      }
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}
