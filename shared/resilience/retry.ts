import { DeadlineExceeded, type machine, time, Unavailable } from "@headwater/core";
import type { RetryBudget } from "./retry_budget.ts";

/** How often something is tried, and after which pauses. */
export type RetryOptions = {
  /** In all, the first one included. */
  readonly tries: number;
  /** The first pause is between 0 and this many milliseconds, each later one between 0 and twice the last. */
  readonly shortestPauseMs: number;
  /** The same, of a target that has too much to do. */
  readonly throttledPauseMs: number;
  readonly longestPauseMs: number;
};

/** What an outcome says of another attempt. */
export type Repetition = {
  /** Before that it is in vain; 0: nothing is said. */
  readonly retryAfter: number;
  /** There is too much to do. */
  readonly isThrottled: boolean;
};

/** With what something is tried again. */
export type RetryContext<Answer> = RetryOptions & {
  readonly signal: AbortSignal;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly clock: time.Clock;
  /** Of the target; default: as many are tried again as fail. */
  readonly budget?: RetryBudget | undefined;
  /** Milliseconds that are left for everything; default: of the current deadline. */
  leftMs?(): number;
  /** Whether an answer asks to be asked again, as 429 does; default: none does. */
  ofAnswer?(answer: Answer): Repetition | undefined;
  /** Nothing can have happened by it: the last word is all that counts. Default: something may. */
  readonly changesNothing?: boolean;
};

/**
 * Repeats a call that was refused for a reason that may pass, with full jitter, and not before the time that the other
 * side asked for in Retry-After. When that is later than the end of the time that is left, or the budget is spent, the
 * failure is passed on at once, and says so. What ran out of time is not repeated: the caller has waited long enough, and
 * a target that is too slow gets none the quicker by it.
 *
 * What may have happened in one attempt is not told as what surely has not: then the error is that of the attempt of which
 * nobody knows.
 */
export async function withRetry<Answer>(
  /** It is told which attempt it is, from 1 on. */
  act: (attempt: number) => Promise<Answer>,
  context: RetryContext<Answer>,
): Promise<Answer> {
  let answer: Answer;
  try {
    answer = await act(1);
  } catch (error) {
    return await repeated({ error }, { act, ...context });
  }
  return context.ofAnswer?.(answer) ? await repeated({ answer }, { act, ...context }) : answer;
}

/** How an attempt ended. */
export type Outcome<Answer> = { readonly answer: Answer } | { readonly error: unknown };

/** The same, from where the first attempt has ended in vain. */
export async function repeated<Answer>(
  first: Outcome<Answer>,
  { act, ...context }: RetryContext<Answer> & { act(attempt: number): Promise<Answer> },
): Promise<Answer> {
  const { tries, clock, signal, budget, leftMs = leftOfDeadline } = context;
  let outcome = first;
  let inDoubt = inDoubtAfter(first, context);
  let attempt = 1;
  for (;; attempt++) {
    const wanted = repetitionAfter(outcome, context);
    if (!wanted) return settled(outcome, { inDoubt });
    // Before anything is taken of the budget
    signal.throwIfAborted();
    const ms = pauseBefore(wanted, { ...context, attempt });
    const limit = limitBefore(ms);
    if (limit) return settled(outcome, { inDoubt, isRefused: true, limit });
    try {
      await time.pause(ms, { clock, signal });
      signal.throwIfAborted();
      outcome = { answer: await act(attempt + 1) };
    } catch (error) {
      // Who has gone is told that, whatever was before
      if (signal.aborted) throw error;
      outcome = { error };
      inDoubt ??= inDoubtAfter(outcome, context);
    } finally {
      budget?.over();
    }
  }

  function limitBefore(ms: number): machine.Limit | undefined {
    if (attempt >= tries) return "tries";
    if (ms >= leftMs()) return "total";
    return budget?.take() === false ? "budget" : undefined;
  }
}

function leftOfDeadline(): number {
  return time.currentDeadline()?.remainingMs() ?? Infinity;
}

function repetitionAfter<Answer>(
  outcome: Outcome<Answer>,
  { ofAnswer }: RetryContext<Answer>,
): Repetition | undefined {
  if ("answer" in outcome) return ofAnswer?.(outcome.answer);
  const { error } = outcome;
  if (error instanceof DeadlineExceeded) {
    // One of whoever was asked: ours is not over, and theirs may have been shorter
    return error.limit === undefined ? { retryAfter: 0, isThrottled: false } : undefined;
  }
  if (!mayPass(error)) return undefined;
  return { retryAfter: error.retryAfter, isThrottled: error.code === "overloaded" };
}

/** The last word; where that is a refusal, and something before it may have happened all the same, the word of that. */
function settled<Answer>(
  outcome: Outcome<Answer>,
  { inDoubt, isRefused = "error" in outcome, limit }: {
    readonly inDoubt: Error | undefined;
    readonly isRefused?: boolean;
    readonly limit?: machine.Limit | undefined;
  },
): Answer {
  if ("answer" in outcome && !(inDoubt && isRefused)) return outcome.answer;
  const error = inDoubt ?? ("error" in outcome ? outcome.error : undefined);
  if (limit && error instanceof Unavailable && isOfTarget(error)) error.limit = limit;
  throw error;
}

/** Whoever was asked may have done it all the same. */
function inDoubtAfter<Answer>(
  outcome: Outcome<Answer>,
  { changesNothing }: RetryContext<Answer>,
): Error | undefined {
  if ("answer" in outcome || changesNothing) return undefined;
  const { error } = outcome;
  const isInDoubt = error instanceof DeadlineExceeded ||
    error instanceof Unavailable && Unavailable.isInDoubt(error.code);
  return isInDoubt ? error : undefined;
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

/**
 * What has met with a limit is there to be told at once: here, an open circuit above all; below, a target of the target
 * that was tried as often as it may be.
 */
function mayPass(error: unknown): error is Unavailable {
  return error instanceof Unavailable && isOfTarget(error) && !isOfRequest(error) &&
    error.code !== "circuit-open";
}

/** Whoever was asked speaks of itself: it may be otherwise at the next try. */
function isOfTarget({ limit }: Unavailable): boolean {
  return limit === undefined || limit === "shedding";
}

/** Of what it asks for: a read model, or a feed where there are as many as may be. */
function isOfRequest({ code }: Unavailable): boolean {
  return code.startsWith("read-model-") || code === "feeds-full";
}

/** Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ */
function pauseBefore<Answer>(
  { retryAfter, isThrottled }: Repetition,
  { attempt, random, ...options }: RetryContext<Answer> & { readonly attempt: number },
): number {
  const { shortestPauseMs, throttledPauseMs, longestPauseMs } = options;
  const first = isThrottled ? throttledPauseMs : shortestPauseMs;
  const ceiling = Math.min(longestPauseMs, first * 2 ** (attempt - 1));
  // Whom everybody was told to ask again in a second is not asked by all of them in the same millisecond
  return retryAfter * 1_000 + random() * ceiling;
}
