import { time, Unavailable } from "@headwater/core";

/** Makes messages for as long as somebody wants one of them. */
export type LiveSource = {
  readonly messages: readonly string[];
  /** Runs until the signal. */
  run(signal: AbortSignal): void;
};

/** Tells open pages what happens: one source of each kind for all of them. */
export type LiveChannel = {
  /** An event stream with the messages that are wanted. Errors: `Unavailable` with `console-full`. */
  open(want: readonly string[]): ReadableStream<Frame>;
  /** Tells all who want it; `html` was made by components, which have escaped what is in it. */
  tell(message: string, html: string): void;
  isWanted(message: string): boolean;
  add(source: LiveSource): void;
};

type Frame = Uint8Array<ArrayBuffer>;

type Listener = {
  readonly want: ReadonlySet<string>;
  readonly send: (frame: Frame) => void;
  readonly end: () => void;
};

const beatMs = 15_000;
/** Bytes; who takes them more slowly misses some, and is told of what comes later. */
const mostWaiting = 256 * 1024;
const mostListeners = 500;
const encoder = new TextEncoder();
const openingFrame = encoder.encode("retry: 1000\n\n");
const beatFrame = encoder.encode(":\n\n");

/** A channel without listeners; nothing is done before there is one. */
export function liveChannel(
  { ending, clock = time.realClock }: {
    /** Ends every stream. */
    readonly ending: AbortSignal;
    readonly clock?: time.Clock;
  },
): LiveChannel {
  const listeners = new Set<Listener>();
  const sources = new Map<LiveSource, AbortController | undefined>();
  let cancelBeat: (() => void) | undefined;
  ending.addEventListener("abort", () => {
    for (const listener of [...listeners]) listener.end();
  }, { once: true });

  function isWanted(message: string): boolean {
    return listeners.values().some(({ want }) => want.has(message));
  }
  function beat(): void {
    for (const { send } of listeners) send(beatFrame);
    cancelBeat = clock.after(beatMs, beat);
  }
  /** Begins what is wanted now, ends what is not any more. */
  function settle(): void {
    for (const [source, running] of sources) {
      const wanted = !ending.aborted && source.messages.some(isWanted);
      if (wanted === (running !== undefined)) continue;
      running?.abort();
      const next = wanted ? new AbortController() : undefined;
      sources.set(source, next);
      if (next) source.run(next.signal);
    }
    if (listeners.size > 0) cancelBeat ??= clock.after(beatMs, beat);
    else {
      cancelBeat?.();
      cancelBeat = undefined;
    }
  }
  return {
    isWanted,
    open(want) {
      if (listeners.size >= mostListeners || ending.aborted) {
        throw new Unavailable("Cannot open another live page: there are too many", {
          code: "console-full",
          retryAfter: 5,
        });
      }
      let listener: Listener;
      return new ReadableStream<Frame>({
        start(controller) {
          const leave = () => {
            listeners.delete(listener);
            settle();
          };
          listener = {
            want: new Set(want),
            send(frame) {
              if ((controller.desiredSize ?? 0) > 0) controller.enqueue(frame);
            },
            end() {
              leave();
              controller.close();
            },
          };
          controller.enqueue(openingFrame);
          listeners.add(listener);
          // Whoever comes first does not have everything end with its request
          time.withoutDeadline(settle);
        },
        cancel() {
          listeners.delete(listener);
          settle();
        },
      }, { highWaterMark: mostWaiting, size: ({ byteLength }) => byteLength });
    },
    tell(message, html) {
      if (!isWanted(message)) return;
      const frame = encoder.encode(`event: ${message}\ndata: ${JSON.stringify(html)}\n\n`);
      for (const { want, send } of listeners) if (want.has(message)) send(frame);
    },
    add(source) {
      sources.set(source, undefined);
      settle();
    },
  };
}
