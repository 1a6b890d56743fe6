import { DeadlineExceeded, time, Unavailable } from "@headwater/core";

/** How often something is tried, and after which pauses. */
export type RetryOptions = {
  /** In all, the first one included. */
  readonly tries: number;
  /** The first pause is between 0 and this many milliseconds, each later one between 0 and twice the last. */
  readonly shortestPauseMs: number;
  readonly longestPauseMs: number;
};

export type RetryContext = RetryOptions & {
  /** By `clock.now()`: no pause reaches beyond. */
  readonly until: number;
  readonly signal: AbortSignal;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly clock: time.Clock;
};

/**
 * Repeats a call that failed for a reason that may pass, with full jitter, and not before the time that the other side
 * asked for in Retry-After. When there is no time left for that, the failure is passed on at once.
 */
export async function withRetry<Answer>(
  act: () => Promise<Answer>,
  context: RetryContext,
): Promise<Answer> {
  const { tries, clock, signal, until } = context;
  for (let attempt = 1;; attempt++) {
    try {
      return await act();
    } catch (error) {
      if (attempt >= tries || signal.aborted || !mayPass(error)) throw error;
      const ms = pauseAfter(error, { ...context, attempt });
      if (clock.now() + ms >= until) throw error;
      await time.pause(ms, { clock, signal });
      signal.throwIfAborted();
    }
  }
}

/** GET and HEAD change nothing; a command with an `Idempotency-Key` happens once however often it is sent. */
export function isSafeToRepeat(request: Request): boolean {
  return ["GET", "HEAD"].includes(request.method) || request.headers.has("Idempotency-Key");
}

/** True for a failure of the machine; false for what one request waited for in vain, such as a read model that is behind. */
export function isFailureOfMachine(error: unknown): boolean {
  if (error instanceof Unavailable) return !error.code.startsWith("read-model-");
  return error instanceof DeadlineExceeded;
}

/** An open circuit is there to answer at once: waiting it out would keep the places of others. */
function mayPass(error: unknown): boolean {
  const isRefusedByBreaker = error instanceof Unavailable && error.code === "circuit-open";
  return isFailureOfMachine(error) && !isRefusedByBreaker;
}

/** Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ */
function pauseAfter(
  error: unknown,
  { attempt, shortestPauseMs, longestPauseMs, random }: RetryContext & { readonly attempt: number },
): number {
  const ceiling = Math.min(longestPauseMs, shortestPauseMs * 2 ** (attempt - 1));
  const asked = error instanceof Unavailable ? error.retryAfter * 1_000 : 0;
  return asked + random() * ceiling;
}
