import { time } from "@headwater/core";
import { receivedAttempt, receivedMs, withDeadline } from "@headwater/resilience";
import type { Context } from "hono";

export type DeadlineVariables = {
  /** When the request came, by the clock: what it has waited since then is of its time. */
  cameAt: number;
  /** Aborts when the answer is of no use any more: its time is over, or the caller has hung up. */
  signal: AbortSignal;
};

/**
 * Ends the work on a request when its answer is of no use any more: `X-Request-Timeout-Ms` says how long the caller waits
 * (what is not a number of milliseconds is passed over). The caller gets 504 then, whether or not the handler listens; its
 * reads and appends are not begun any more, its queries are ended. `X-Attempt` above 1 says that it was sent before: what
 * it asks of others is not tried again. `unsaidMs`: how long a caller waits that does not
 * say, half a minute at least; default: for ever.
 */
export function underDeadline(
  c: Context,
  act: () => Promise<void>,
  { unsaidMs }: { readonly unsaidMs?: (() => number) | undefined },
): Promise<void> {
  const { headers } = c.req.raw;
  const clock = time.realClock;
  return withDeadline((signal) => {
    c.set("signal", signal);
    time.noteRequest({
      correlationId: c.get("correlationId"),
      traceparent: c.get("traceparent"),
    });
    return act();
  }, {
    ms: receivedMs(headers, unsaidMs?.()) - (clock.now() - c.get("cameAt")),
    attempt: receivedAttempt(headers),
    what: "Cannot answer the request",
    caller: c.req.raw,
    clock,
  });
}
