import { DeadlineExceeded, type machine, time } from "@headwater/core";

/** How long a call may take. */
export type DeadlineOptions = {
  /** Infinity: as long as the caller waits. */
  readonly ms: number;
  /** What the error says cannot be done, for example `Cannot call service "payment"`. */
  readonly what: string;
  /** Whose time it is, which the error says; default: that over all. */
  readonly limit?: machine.Limit;
  /** The caller's own signal: when it aborts, the call rejects with its reason. */
  readonly signal: AbortSignal;
  readonly clock: time.Clock;
  /** Which attempt of whoever waits it is; default: that of the deadline around it. */
  readonly attempt?: number;
};

/** A timer that comes so much too late was held up by this very process, in which an answer may lie unread by now. */
const lagMs = 50;

/**
 * Calls `act` and gives up on it when the time is over: its signal aborts, and the promise rejects whether or not
 * `act` listens. An answer that comes too late is thrown away together with its body. Deadlines within each other: the
 * earliest one counts, which is `time.currentDeadline()` in all that `act` does.
 *
 * Errors: `DeadlineExceeded`, the reason of `signal` or of the deadline around it, those of `act`.
 */
export function withDeadline<Answer>(
  act: (signal: AbortSignal) => Promise<Answer>,
  { ms, what, limit: own = "total", attempt = 1, signal, clock }: DeadlineOptions,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const outer = time.currentDeadline();
    outer?.signal.throwIfAborted();
    const limitMs = Math.min(ms, outer?.remainingMs() ?? Infinity);
    const limit = limitMs < ms ? "total" : own;
    if (limitMs <= 0) throw new DeadlineExceeded(`${what}: no time is left for it`, { limit });
    const until = clock.now() + limitMs;
    const controller = new AbortController();
    // Often the same: a deadline within the one that has given the signal
    const other = outer?.signal === signal ? undefined : outer?.signal;
    let isOver = false;
    function end(): void {
      isOver = true;
      cancelTimer();
      signal.removeEventListener("abort", onAbort);
      other?.removeEventListener("abort", onAbort);
    }
    function giveUp(reason: unknown): void {
      if (isOver) return;
      end();
      reject(reason);
      controller.abort(reason);
    }
    function expire(): void {
      const message = `${what}: no answer within ${Math.round(limitMs)} ms`;
      giveUp(new DeadlineExceeded(message, { limit }));
    }
    function onTime(): void {
      if (clock.now() - until > lagMs) cancelTimer = clock.after(lagMs, expire);
      else expire();
    }
    function onAbort(this: AbortSignal): void {
      giveUp(this.reason);
    }
    let cancelTimer = limitMs === Infinity ? () => {} : clock.after(limitMs, onTime);
    signal.addEventListener("abort", onAbort);
    other?.addEventListener("abort", onAbort);
    time.withinDeadline(
      {
        signal: controller.signal,
        remainingMs: () => until - clock.now(),
        attempt: Math.max(attempt, outer?.attempt ?? 1),
      },
      () => act(controller.signal),
    ).then((answer) => {
      if (isOver) return discard(answer);
      end();
      resolve(answer);
    }, (error) => {
      if (isOver) return;
      end();
      reject(error);
    });
  });
}

function discard(late: unknown): void {
  if (!(late instanceof Response)) return;
  late.body?.cancel().catch(() => {/* It was aborted already. */});
}
