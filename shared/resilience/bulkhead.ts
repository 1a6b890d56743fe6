import PQueue from "p-queue";
import { type time, Unavailable } from "@headwater/core";

/** How many calls run at a time, and how many wait for that. */
export type BulkheadOptions = {
  /** Calls that run at the same time. */
  readonly running: number;
  /** Calls that wait for their turn; one more is refused at once. */
  readonly waiting: number;
  /** A call that has waited so long is refused: it was never sent. */
  readonly longestWaitMs: number;
};

export type Bulkhead = {
  /**
   * Runs `act` when it is its turn; a call that runs holds its place until it is over.
   * Errors: `Unavailable` with `overloaded`, the reason of `signal` while it waits, those of `act`.
   */
  execute<Answer>(act: () => Promise<Answer>, signal: AbortSignal): Promise<Answer>;
  describe(): { readonly running: number; readonly waiting: number };
};

/** Keeps one slow service from using up everything: only so many calls to it run, and only so many wait. */
export function createBulkhead(
  service: string,
  { running, waiting, longestWaitMs, clock }: BulkheadOptions & { readonly clock: time.Clock },
): Bulkhead {
  const queue = new PQueue({ concurrency: running });

  function overloaded(): Unavailable {
    return new Unavailable(
      `Cannot call service "${service}": ${queue.pending} calls run and ${queue.size} wait already`,
      { code: "overloaded" },
    );
  }

  return {
    async execute(act, signal) {
      signal.throwIfAborted();
      if (queue.pending >= running && queue.size >= waiting) throw overloaded();
      const inQueue = new AbortController();
      const onAbort = () => inQueue.abort(signal.reason);
      const cancelTimer = clock.after(longestWaitMs, () => inQueue.abort(overloaded()));
      signal.addEventListener("abort", onAbort, { once: true });
      function leaveQueue(): void {
        cancelTimer();
        signal.removeEventListener("abort", onAbort);
      }
      try {
        return await queue.add(() => {
          leaveQueue();
          return act();
        }, { signal: inQueue.signal });
      } finally {
        leaveQueue();
      }
    },
    describe: () => ({ running: queue.pending, waiting: queue.size }),
  };
}
