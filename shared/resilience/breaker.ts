import { DeadlineExceeded, type time, Unavailable } from "@headwater/core";
import { failureWindow, type FailureWindowOptions } from "./failure_window.ts";

/** When a circuit opens, and for how long. */
export type BreakerOptions = FailureWindowOptions & {
  /** How long an open circuit refuses before it lets one call through to see. */
  readonly openMs: number;
};

/** Closed: calls pass; open: they are refused; half-open: one is let through to see. */
export type BreakerState = "closed" | "open" | "half-open";

/** The circuit to one service. */
export type Breaker = {
  /** Errors: `Unavailable` with `circuit-open` and the time until the next try, those of `act`. */
  execute(
    act: () => Promise<Response>,
    options?: {
      /** False: that it is late has other reasons than the service's own being, and proves nothing. */
      countsWhenLate?(): boolean;
    },
  ): Promise<Response>;
  state(): BreakerState;
};

type Call = { readonly era: number; readonly since: number };

/**
 * Stops calling a service that keeps failing, so that it can recover and its callers learn it at once. A 5xx answer and
 * an error with a weight count; an answer below 500 shows that it works. Every other error, such as that of a caller who
 * hangs up, proves nothing: it neither opens nor closes the circuit, nor keeps the place of the call that is let through.
 */
export function createBreaker(
  service: string,
  { openMs, probeMs, clock, weightOf, ...window }: BreakerOptions & {
    /** After this a call that was let through and has not ended does not keep others from trying. */
    readonly probeMs: number;
    readonly clock: time.Clock;
    /** For how many calls a failure stands towards the minimum that opens the circuit; 0: it proves nothing. */
    weightOf(error: unknown): number;
  },
): Breaker {
  const outcomes = failureWindow({ ...window, now: clock.now });
  /** Undefined: it is closed. */
  let openedAt: number | undefined;
  let probe: Call | undefined;
  /** Counts openings and closings: what was called before one of them says nothing of the time after. */
  let era = 0;

  function remainingMs(): number {
    return openedAt === undefined ? 0 : Math.max(0, openedAt + openMs - clock.now());
  }

  function open(): void {
    era++;
    openedAt = clock.now();
    probe = undefined;
  }

  function close(): void {
    era++;
    openedAt = undefined;
    probe = undefined;
    outcomes.forget();
    outcomes.success();
  }

  function worked(call: Call): void {
    if (call.era !== era) return;
    if (openedAt === undefined) outcomes.success();
    else close();
  }

  function failed(call: Call, weight: number): void {
    if (call.era !== era) return;
    if (openedAt === undefined ? outcomes.failure(weight) : call === probe) open();
  }

  function begin(): Call {
    const call = { era, since: clock.now() };
    if (openedAt === undefined) return call;
    const isProbing = probe !== undefined && clock.now() - probe.since < probeMs;
    if (remainingMs() > 0 || isProbing) {
      const seconds = Math.max(1, Math.ceil(remainingMs() / 1_000));
      throw new Unavailable(
        `Cannot call service "${service}": it kept failing, next try in ${seconds} s`,
        { code: "circuit-open", retryAfter: seconds, limit: "breaker" },
      );
    }
    return probe = call;
  }

  return {
    async execute(act, { countsWhenLate = () => true } = {}) {
      const call = begin();
      try {
        const answer = await act();
        if (answer.status >= 500) failed(call, 1);
        else worked(call);
        return answer;
      } catch (error) {
        const isOther = error instanceof DeadlineExceeded && !countsWhenLate();
        const weight = isOther ? 0 : weightOf(error);
        if (weight > 0) failed(call, weight);
        throw error;
      } finally {
        if (probe === call) probe = undefined;
      }
    },
    state() {
      if (openedAt === undefined) return "closed";
      return remainingMs() > 0 ? "open" : "half-open";
    },
  };
}
