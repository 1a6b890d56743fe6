import { edge } from "@headwater/http";
import { isEventStream } from "@headwater/resilience";

/** Milliseconds that a stream may take at all, whatever a token says: a day, and no more than a timer can count. */
const longestMs = 86_400_000;

/**
 * Has a stream of events end with what its listener has proved themselves by: it goes on, and nobody asks again who
 * listens. `now`: milliseconds since 1970.
 */
export function endWithIdentity(
  c: { res: Response },
  identity: edge.Identity | undefined,
  now: () => number = Date.now,
): void {
  if (identity?.until === undefined || !isEventStream(c.res)) return;
  const leftMs = Math.max(0, identity.until - now());
  c.res = edge.endOnParting(c.res, AbortSignal.timeout(Math.min(leftMs, longestMs)));
}
