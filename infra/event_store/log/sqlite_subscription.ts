import type { eventLog } from "@headwater/core";
import type { FairTurn } from "./fair_turn.ts";
import type { LiveTail, TailPage } from "./live_tail.ts";

export type SubscriptionSource = {
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
  { tail, turn, closed, pageAfter }: SubscriptionSource,
  { after, categories, signal }: eventLog.SubscribeOptions,
): AsyncGenerator<eventLog.EventBatch, void, undefined> {
  const wanted = categories && new Set(categories);
  const ended = AbortSignal.any([signal, closed]);
  let position = after ?? 0;
  let told = false;
  let moved = Promise.withResolvers<void>();
  const stopListening = tail.onMove(() => moved.resolve());
  ended.addEventListener("abort", () => moved.resolve(), { once: true });
  try {
    for (;;) {
      await turn.pass();
      if (ended.aborted) return;
      if (position < tail.head) {
        const page = tail.pageAfter(position, wanted) ?? pageAfter(position, categories);
        position = page.position;
        told = true;
        yield { ...page, caughtUp: position === tail.head };
      } else if (!told) {
        told = true;
        yield { events: [], position: after, caughtUp: true };
      } else {
        moved = Promise.withResolvers<void>();
        await moved.promise;
      }
    }
  } finally {
    stopListening();
  }
}
