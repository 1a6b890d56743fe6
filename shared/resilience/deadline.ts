import { DeadlineExceeded, time } from "@headwater/core";
import { type DeadlineOptions, TimedCall } from "./timed_call.ts";

export type { DeadlineOptions };

/**
 * Calls `act` and gives up on it when the time is over: its signal aborts, and the promise rejects whether or not
 * `act` listens. An answer that comes too late is thrown away together with its body. Deadlines within each other: the
 * earliest one counts, which is `time.currentDeadline()` in all that `act` does.
 *
 * Errors: `DeadlineExceeded`, the reason of `signal` or of the deadline around it, those of `act`.
 */
export function withDeadline<Answer>(
  /** It is also told which attempt it is, of whoever waits. */
  act: (signal: AbortSignal, attempt: number) => Promise<Answer>,
  options: DeadlineOptions,
): Promise<Answer> {
  const { ms, what, limit = "total", signal } = options;
  const outer = time.currentDeadline();
  if (signal?.aborted) return Promise.reject(signal.reason);
  if (outer?.signal.aborted) return Promise.reject(outer.signal.reason);
  const limitMs = outer ? Math.min(ms, outer.remainingMs()) : ms;
  if (limitMs <= 0) {
    const whose = limitMs < ms ? "total" : limit;
    return Promise.reject(
      new DeadlineExceeded(`${what}: no time is left for it`, { limit: whose }),
    );
  }
  return TimedCall.take(options, outer).begin(act, limitMs);
}
