import { circuitBreaker, CircuitState, type IBackoff, Policy } from "cockatiel";
import { type time, Unavailable } from "@headwater/core";
import { failureWindow, type FailureWindowOptions } from "./failure_window.ts";

/** When a breaker opens, and for how long. */
export type BreakerOptions = FailureWindowOptions & {
  /** How long an open circuit refuses before it lets one call through to see. */
  readonly openMs: number;
};

/** `half-open`: a single call tries whether it is well again. */
export type BreakerState = "closed" | "open" | "half-open";

export type Breaker = {
  /** Errors: `Unavailable` with `circuit-open` and the time until the next try, those of `act`. */
  execute(act: () => Promise<Response>): Promise<Response>;
  state(): BreakerState;
};

/**
 * Stops calling a service that keeps failing, so that it can recover and its callers learn it at once. A 5xx answer and
 * an error for which `isFailure` holds count; answers below 500 never do, and a caller that hangs up proves nothing.
 */
export function createBreaker(
  service: string,
  { openMs, clock, isFailure, ...window }: BreakerOptions & {
    readonly clock: time.Clock;
    isFailure(error: unknown): boolean;
  },
): Breaker {
  let openedAt = 0;

  const policy: ReturnType<typeof circuitBreaker> = circuitBreaker(
    // While half open, cockatiel takes what is not handled for a success: there every error must count.
    new Policy({
      errorFilter: (error) => policy.state === CircuitState.HalfOpen || isFailure(error),
      resultFilter: (answer) => answer instanceof Response && answer.status >= 500,
    }),
    {
      breaker: failureWindow({ ...window, now: clock.now }),
      halfOpenAfter: { next: () => openPeriod },
    },
  );
  policy.onBreak(() => openedAt = clock.now());

  const remainingMs = () => Math.max(0, openedAt + openMs - clock.now());
  // Cockatiel compares the duration with the wall clock, which can jump; so all it learns is: not yet, or now.
  const openPeriod: IBackoff<unknown> = {
    get duration() {
      return remainingMs() > 0 ? Infinity : -Infinity;
    },
    next: () => openPeriod,
  };

  function state(): BreakerState {
    if (policy.state === CircuitState.Closed) return "closed";
    return policy.state === CircuitState.HalfOpen ? "half-open" : "open";
  }

  return {
    async execute(act) {
      // Cockatiel would let further calls wait for the outcome of the one that probes.
      const isProbing = policy.state === CircuitState.HalfOpen;
      if (isProbing || (policy.state === CircuitState.Open && remainingMs() > 0)) {
        const seconds = Math.max(1, Math.ceil(remainingMs() / 1_000));
        throw new Unavailable(
          `Cannot call service "${service}": it kept failing, next try in ${seconds} s`,
          { code: "circuit-open", retryAfter: seconds },
        );
      }
      return await policy.execute(act);
    },
    state,
  };
}
