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
  readonly signal: AbortSignal;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly clock: time.Clock;
};

/**
 * Repeats a call that was refused for a reason that may pass, with full jitter, and not before the time that the other
 * side asked for in Retry-After. When the current deadline leaves no time for that, the failure is passed on at once. What ran out of
 * time is not repeated: the caller has waited long enough, and a target that is too slow gets none the quicker by it.
 */
export async function withRetry<Answer>(
  act: () => Promise<Answer>,
  context: RetryContext,
): Promise<Answer> {
  try {
    return await act();
  } catch (error) {
    return await repeated(error, { act, ...context });
  }
}

/** The same, from where the first try has failed. */
export async function repeated<Answer>(
  failure: unknown,
  { act, ...context }: RetryContext & { readonly act: () => Promise<Answer> },
): Promise<Answer> {
  const { tries, clock, signal } = context;
  for (let attempt = 1, error = failure;; attempt++) {
    if (attempt >= tries || signal.aborted || !mayPass(error)) throw error;
    const ms = pauseAfter(error, { ...context, attempt });
    if (ms >= (time.currentDeadline()?.remainingMs() ?? Infinity)) throw error;
    await time.pause(ms, { clock, signal });
    signal.throwIfAborted();
    try {
      return await act();
    } catch (next) {
      error = next;
    }
  }
}

/** GET and HEAD change nothing; a command with an `Idempotency-Key` happens once however often it is sent. */
export function isSafeToRepeat(request: Request): boolean {
  return isQuery(request) || request.headers.has("Idempotency-Key");
}

/** True for a request that asks for nothing to be done. */
export function isQuery(request: Request): boolean {
  return ["GET", "HEAD"].includes(request.method);
}

/**
 * True when the service itself is not there or does not get on. A 503 that says that a read model is behind or being
 * filled, that as many feeds are open as may be, or that there is too much to do, speaks of that request or that moment: the service works.
 */
export function isFailureOfService(error: unknown): boolean {
  return error instanceof DeadlineExceeded ||
    (error instanceof Unavailable && !isOfRequest(error) &&
      !["overloaded", "request-aborted"].includes(error.code));
}

/** An open circuit is there to answer at once: waiting it out would keep the places of others. */
function mayPass(error: unknown): error is Unavailable {
  return error instanceof Unavailable && !isOfRequest(error) && error.code !== "circuit-open";
}

/** Of what it asks for: a read model, or a feed where there are as many as may be. */
function isOfRequest({ code }: Unavailable): boolean {
  return code.startsWith("read-model-") || code === "feeds-full";
}

/** Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ */
function pauseAfter(
  { retryAfter }: Unavailable,
  { attempt, shortestPauseMs, longestPauseMs, random }: RetryContext & { readonly attempt: number },
): number {
  const ceiling = Math.min(longestPauseMs, shortestPauseMs * 2 ** (attempt - 1));
  return retryAfter * 1_000 + random() * ceiling;
}
