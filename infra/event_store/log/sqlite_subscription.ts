import { eventLog } from "@headwater/core";
import { uuidText } from "./event_id.ts";
import type { FairTurn } from "./fair_turn.ts";
import type { LiveTail, Place, TailPage } from "./live_tail.ts";

export type SubscriptionSource = {
  /** Of the log. */
  readonly identity: string;
  readonly tail: LiveTail;
  readonly turn: FairTurn;
  /** Aborted when the log is closed. */
  readonly closed: AbortSignal;
  /** Reads from the tables what the tail no longer holds. */
  readonly pageAfter: (after: number, categories: readonly string[] | undefined) => TailPage;
};

/** So much later, in milliseconds, a reader learns that the log has moved on past what it does not want. */
export const laterMs = 100;

/**
 * Pulls: nothing is queued for a reader, so a slow one costs no memory. One that keeps up is served from the tail,
 * one that fell behind from the tables. What it does not want wakes nobody: most events are that to most readers.
 */
export async function* sqliteSubscription(
  { identity, tail, turn, closed, pageAfter }: SubscriptionSource,
  { after, categories, signal }: eventLog.SubscribeOptions,
): AsyncGenerator<eventLog.EventBatch, void, undefined> {
  const wanted = categories && new Set(categories);
  const ended = AbortSignal.any([signal, closed]);
  function markAt({ position, id }: Place): eventLog.LogMark {
    return { log: identity, position, id: uuidText(id) };
  }
  const start = eventLog.positionOf(after);
  /** Everything up to there was looked at; undefined: nothing yet. */
  let end: Place | undefined;
  let told: Pick<eventLog.EventBatch, "position" | "caughtUp"> | undefined;
  let isDue = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let moved = Promise.withResolvers<void>();
  function beDue(): void {
    timer = undefined;
    isDue = true;
    moved.resolve();
  }
  const stopListening = tail.follow({
    categories: wanted,
    moved(hasWanted) {
      if (hasWanted) moved.resolve();
      else timer ??= setTimeout(beDue, laterMs);
    },
  });
  ended.addEventListener("abort", () => moved.resolve(), { once: true });
  try {
    for (;;) {
      await turn.pass();
      if (ended.aborted) return;
      const position = end?.position ?? start ?? 0;
      let events: eventLog.EventBatch["events"] = [];
      if (position < tail.head) {
        ({ events, end } = tail.pageAfter(position, wanted) ?? pageAfter(position, categories));
      }
      const now = end?.position ?? start;
      const caughtUp = (now ?? 0) >= tail.head;
      const isNews = !told?.caughtUp || isDue && told.position !== now;
      if (events.length > 0 || isNews) {
        clearTimeout(timer);
        timer = undefined;
        isDue = false;
        told = { position: now, caughtUp };
        const known = end ?? (now ? tail.end : undefined);
        yield { events, ...told, mark: known && markAt(known) };
      } else {
        moved = Promise.withResolvers<void>();
        await moved.promise;
      }
    }
  } finally {
    clearTimeout(timer);
    stopListening();
  }
}
