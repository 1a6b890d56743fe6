import { time } from "@headwater/core";
import { type Breaker, createBreaker } from "./breaker.ts";
import { type Bulkhead, createBulkhead } from "./bulkhead.ts";
import { type DeadlineOptions, withDeadline } from "./deadline.ts";
import { hedgeTimes, withHedge } from "./hedge.ts";
import { type ResilienceSettings, usualSettings } from "./resilience_settings.ts";
import { repeated, withRetry } from "./retry.ts";
import { type RetryBudget, retryBudget } from "./retry_budget.ts";
import {
  type Act,
  type CallOptions,
  type FurtherCall,
  noTimeLeft,
  type StackParts,
} from "./stack_parts.ts";
import { StackedCall } from "./stacked_call.ts";

/** The numbers of the policies; what is left out is as usual. */
export type StackSettings =
  & {
    readonly [Name in "totalMs" | "tryMs"]?: number;
  }
  & {
    readonly [Name in "retry" | "hedge" | "bulkhead" | "breaker"]?: Partial<
      ResilienceSettings[Name]
    >;
  };

/** All policies around the calls to one target. */
export type PolicyStack = {
  /**
   * From the outside in: deadline over all, hedge, retry, bulkhead, breaker, deadline per attempt, `act`. Who pauses before
   * another attempt holds nobody's place.
   * Errors: `Unavailable`, `DeadlineExceeded`, the reason of `signal`, those of `act`.
   */
  execute<Answer>(act: Act<Answer>, options?: CallOptions<Answer>): Promise<Answer>;
  readonly bulkhead: Bulkhead;
  readonly breaker: Breaker;
  readonly budget: RetryBudget;
};

const usualCall = {};
const never = new AbortController().signal;

/** A stack for the calls to one target. Settings are not checked here: `calls.settingsByTarget` does. */
export function policyStack(
  target: string,
  { clock = time.realClock, random = Math.random, isFailure, ...given }: StackSettings & {
    readonly clock?: time.Clock;
    /** Uniform in [0, 1). */
    readonly random?: () => number;
    /** The error says something of the target itself; default: it is away, out of order or late. */
    readonly isFailure?: (error: unknown) => boolean;
  } = {},
): PolicyStack {
  const { totalMs = usualSettings.totalMs, tryMs = usualSettings.tryMs } = given;
  const retry = { ...usualSettings.retry, ...given.retry };
  const hedge = { ...usualSettings.hedge, ...given.hedge };
  const parts: StackParts = {
    ...{ what: `Cannot call service "${target}"`, totalMs, tryMs, clock, isHedging: hedge.isOn },
    bulkhead: createBulkhead(target, { ...given.bulkhead, clock }),
    breaker: createBreaker(target, {
      ...{ ...given.breaker, probeMs: tryMs, clock, random },
      ...(isFailure && { isFailure }),
    }),
    budget: retryBudget({ ...retry, now: clock.now }),
    further,
  };
  const { what, bulkhead, breaker, budget } = parts;
  const times = hedgeTimes(hedge);

  async function further<Answer>(call: FurtherCall<Answer>): Promise<Answer> {
    const { options: { signal, changesNothing, ofAnswer, waitMs = 0 }, until, mayRepeat, first } =
      call;
    const leftMs = () => until - clock.now();
    const inTurn = (signal: AbortSignal, offset = 0) => {
      const act = (attempt: number) => inPlace(call, { signal, attempt: attempt + offset });
      if (!mayRepeat) return act(1);
      const context = { ...retry, random, clock, budget, ofAnswer, changesNothing, leftMs, signal };
      return first ? repeated(first, { ...context, act }) : withRetry(act, context);
    };
    // What waits because it wants to is no later than others
    const isHedged = hedge.isOn && changesNothing && mayRepeat && !first && waitMs === 0;
    const whole: DeadlineOptions = { ms: leftMs(), what, signal, clock };
    return await withDeadline(
      (signal) =>
        isHedged
          ? withHedge<Answer>(inTurn, { times, budget, signal, clock, isGood: isGoodAnswer })
          : inTurn(signal),
      whole,
    );
  }

  /** The same as a `StackedCall`, of what may have to wait for its turn. */
  function inPlace<Answer>(
    { act, options, until }: FurtherCall<Answer>,
    { signal, attempt }: { readonly signal: AbortSignal; readonly attempt: number },
  ): Promise<Answer> {
    const { places = bulkhead, waitMs = 0, leastMs = 0 } = options;
    // Nobody waits for a place to be told that
    breaker.assertPasses();
    return places.execute(() => {
      const usualMs = tryMs + waitMs;
      const leftMs = Math.min(
        until - clock.now(),
        time.currentDeadline()?.remainingMs() ?? Infinity,
      );
      if (leftMs < leastMs) throw noTimeLeft(what);
      const ms = Math.min(usualMs, leftMs);
      const limit = ms < usualMs ? "total" : "attempt";
      return breaker.execute(
        () => withDeadline(act, { ms, what, limit, signal, clock, attempt }),
        {
          // Who gave it less time than others has learned nothing, nor who asks too much of it
          countsWhenLate: () => ms >= usualMs && bulkhead.isAtLeast(),
          ...{ signal: options.signal ?? never, waitsMs: waitMs },
        },
      );
    }, signal);
  }

  return {
    execute: (act, options = usualCall) => StackedCall.take(parts).begin(act, options),
    ...{ bulkhead, breaker, budget },
  };
}

/** One that says that the target does not get on may still be followed by a better one. */
function isGoodAnswer(answer: unknown): boolean {
  return !(answer instanceof Response) || answer.status < 500 && answer.status !== 429;
}
