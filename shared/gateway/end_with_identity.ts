import { time } from "@headwater/core";
import { edge } from "@headwater/http";
import { isEventStream } from "@headwater/resilience";

/** Milliseconds; so long somebody may still be told who has logged out. */
const lookEveryMs = 2_000;

/**
 * Has a stream of events end with what its listener has proved themselves by: it goes on, and nobody asks again who
 * listens. `now`: milliseconds since 1970.
 */
export function endWithIdentity(
  c: { res: Response },
  identity: edge.Identity | undefined,
  { now = Date.now, clock = time.realClock }: {
    readonly now?: () => number;
    readonly clock?: time.Clock;
  } = {},
): void {
  const { until = Infinity, isOver = () => Promise.resolve(false) } = identity ?? {};
  if (identity?.until === undefined && !identity?.isOver || !isEventStream(c.res)) return;
  // Nothing is told any more
  if (!c.res.body) return;
  const over = new AbortController();
  let cancel = () => {};

  async function look(): Promise<void> {
    if (now() >= until || await isOver()) return over.abort();
    if (!over.signal.aborted) cancel = clock.after(Math.min(lookEveryMs, until - now()), look);
  }
  c.res = edge.endOnParting(c.res, over.signal, {
    onEnd() {
      cancel();
      over.abort();
    },
  });
  look();
}
