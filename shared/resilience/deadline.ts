import { DeadlineExceeded, type time } from "@headwater/core";

/** How long a call may take. */
export type DeadlineOptions = {
  readonly ms: number;
  /** What the error says cannot be done, for example `Cannot call service "payment"`. */
  readonly what: string;
  /** The caller's own signal: when it aborts, the call rejects with its reason. */
  readonly signal: AbortSignal;
  readonly clock: time.Clock;
};

/**
 * Calls `act` and gives up on it when the time is over: its signal aborts, and the promise rejects whether or not
 * `act` listens. An answer that comes too late is thrown away together with its body.
 *
 * Errors: `DeadlineExceeded`, the reason of `signal`, those of `act`.
 */
export async function withDeadline(
  act: (signal: AbortSignal) => Promise<Response>,
  { ms, what, signal, clock }: DeadlineOptions,
): Promise<Response> {
  signal.throwIfAborted();
  const controller = new AbortController();
  const givenUp = Promise.withResolvers<never>();
  function giveUp(reason: unknown): void {
    givenUp.reject(reason);
    controller.abort(reason);
  }
  const onAbort = () => giveUp(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  const cancelTimer = clock.after(
    ms,
    () => giveUp(new DeadlineExceeded(`${what}: no answer within ${Math.round(ms)} ms`)),
  );
  const answer = act(controller.signal);
  try {
    return await Promise.race([answer, givenUp.promise]);
  } catch (error) {
    answer.then(discard, () => {/* The caller has been told of the first error. */});
    throw error;
  } finally {
    cancelTimer();
    signal.removeEventListener("abort", onAbort);
  }
}

function discard(late: Response): void {
  late.body?.cancel().catch(() => {/* It was aborted already. */});
}
