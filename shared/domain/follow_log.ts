import type { EventBatch, EventLog, SubscribeOptions } from "../ports/event_log.ts";

/**
 * Subscribes for whoever was here before: what remembers its position elsewhere may be given another log, or one that
 * was restored from an older copy. It would wait there, silently, and skip what is written up to its old position.
 *
 * Errors: `Error` where the log ends before `after`; else those of the log.
 */
export async function* followLog(
  log: EventLog,
  options: SubscribeOptions,
): AsyncGenerator<EventBatch, void, undefined> {
  const { after, signal } = options;
  if (after !== undefined) {
    const head = await log.head() ?? 0;
    if (signal.aborted) return;
    if (head < after) {
      throw new Error(
        `Cannot follow the event log from position ${after}: it ends at ${head}, so it is not the one that was read`,
      );
    }
  }
  yield* log.subscribe(options);
}
