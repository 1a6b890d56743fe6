import { type EventLog, eventLog, type ReadModels, time } from "@headwater/core";

/** How often the read models of a service are written. */
export type ReadModelPace = {
  /** A log whose subscriptions hand over what came meanwhile, at most once in so long, unless somebody waits for it. */
  paced(log: EventLog): EventLog;
  /** The read models of subscriptions to that: who waits for a position waits no longer than without. */
  hurried(readModels: ReadModels): ReadModels;
};

/**
 * Read models that are written whenever an event comes cost a transaction for most events. What comes alone is written at
 * once; what comes soon after something else is gathered for `ms`, and written together.
 */
export function readModelPace(
  { ms, clock = time.realClock }: { readonly ms: number; readonly clock?: time.Clock },
): ReadModelPace {
  /** Ends each pause under way. */
  const pauses = new Set<() => void>();
  let waiting = 0;

  async function pause(signal: AbortSignal): Promise<void> {
    if (waiting > 0 || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const end = () => resolve();
    const cancel = clock.after(ms, end);
    pauses.add(end);
    signal.addEventListener("abort", end, { once: true });
    await promise;
    signal.removeEventListener("abort", end);
    pauses.delete(end);
    cancel();
  }
  async function* gathered(
    batches: AsyncIterable<eventLog.EventBatch>,
    signal: AbortSignal,
  ): AsyncGenerator<eventLog.EventBatch, void, undefined> {
    for await (const batch of batches) {
      yield batch;
      // Who is behind has enough to do, and what brought nothing is no reason to let anything wait
      if (batch.caughtUp && batch.events.length > 0) await pause(signal);
    }
  }

  return {
    paced: (log) => ({
      append: (stream, events, options) => log.append(stream, events, options),
      read: (stream, options) => log.read(stream, options),
      readAll: (options) => log.readAll(options),
      subscribe: (options) => gathered(log.subscribe(options), options.signal),
      head: () => log.head(),
      identity: () => log.identity(),
      // Who opened it closes it
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }),
    hurried: (readModels) => ({
      async wait(view, options) {
        const isWaiting = options.position !== undefined && options.waitMs > 0;
        if (!isWaiting) return await readModels.wait(view, options);
        waiting++;
        for (const end of pauses) end();
        try {
          return await readModels.wait(view, options);
        } finally {
          waiting--;
        }
      },
      isParked: (view, key) => readModels.isParked(view, key),
      follow: (view, told) => readModels.follow(view, told),
    }),
  };
}
