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

/**
 * Pulls: nothing is queued for a reader, so a slow one costs no memory. One that keeps up is served from the tail,
 * one that fell behind from the tables.
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
  let position = start ?? 0;
  let told = false;
  let moved = Promise.withResolvers<void>();
  const stopListening = tail.onMove(() => moved.resolve());
  ended.addEventListener("abort", () => moved.resolve(), { once: true });
  try {
    for (;;) {
      await turn.pass();
      if (ended.aborted) return;
      if (position < tail.head) {
        const { events, end } = tail.pageAfter(position, wanted) ??
          pageAfter(position, categories);
        position = end.position;
        told = true;
        yield { events, position, mark: markAt(end), caughtUp: position === tail.head };
      } else if (!told) {
        told = true;
        const mark = position > 0 ? markAt(tail.end) : undefined;
        yield { events: [], position: start, mark, caughtUp: true };
      } else {
        moved = Promise.withResolvers<void>();
        await moved.promise;
      }
    }
  } finally {
    stopListening();
  }
}
