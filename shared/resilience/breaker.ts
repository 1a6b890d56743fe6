import { DeadlineExceeded, type time, Unavailable } from "@headwater/core";
import {
  asked,
  type CircuitRules,
  closedCircuit,
  ended,
  isolated,
  type Outcome,
  released,
} from "./circuit.ts";
import { bucketAt } from "./call_window.ts";
import { type BreakerSettings, usualSettings } from "./resilience_settings.ts";
import { isFailureOfService } from "./retry.ts";

/** When a circuit opens, and for how long; what is left out is as usual. */
export type BreakerOptions = Partial<BreakerSettings> & {
  /** Milliseconds: a call that was let through half-open and has not ended then counts as failed. */
  readonly probeMs: number;
  readonly clock: time.Clock;
  /** Uniform in [0, 1); default: `Math.random`. */
  random?(): number;
  /** The error says something of the target itself; default: it is away, out of order or late. */
  isFailure?(error: unknown): boolean;
};

/**
 * Closed: calls pass; open: they are refused; half-open: some are let through to see; isolated: an operator has them
 * refused.
 */
export type BreakerState = "closed" | "open" | "half-open" | "isolated";

/** The circuit to one target. */
export type Breaker = {
  /** Errors: `Unavailable` with `circuit-open` and the time until the next try, those of `act`. */
  execute<Answer>(act: () => Promise<Answer>, options?: CallOptions): Promise<Answer>;
  /**
   * The two halves of `execute`, for whoever notes the end of a call anyway: gives what `answered` or `failed` has to be
   * called with, once. Errors: `Unavailable` with `circuit-open`.
   */
  begin(at: number, options?: CallOptions): Begun;
  answered(begun: Begun, answer: unknown, ended: Ended): void;
  failed(begun: Begun, error: unknown, ended: Ended): void;
  /** Throws what `execute` would throw at once: nobody has to wait for anything to be told that. */
  assertPasses(): void;
  state(): BreakerState;
  /** Refuses all calls until it is released. */
  isolate(): void;
  /** Closes it, if it was isolated. */
  release(): void;
};

/**
 * Of which time of the circuit a call is.
 * @internal
 */
type Begun = number;

/**
 * When a call began and ended by the clock, and what was said of it.
 * @internal
 */
type Ended = CallOptions & { readonly begunAt: number; readonly endedAt: number };

/** @internal */
type CallOptions = {
  /** Of whoever wants it: when that has aborted, an error proves nothing. */
  readonly signal?: AbortSignal | undefined;
  /** False: that it is late or slow has other reasons than the target's own being, and proves nothing. */
  countsWhenLate?(): boolean;
  /** Milliseconds that it may wait at the target because it wants to: so much later it is no later. */
  readonly waitsMs?: number;
};

/** Of answers; others say that the target works. */
const failures: ReadonlySet<number> = new Set([500, 502, 503, 504]);
const tooMany = 429;

/**
 * Stops calling a target that keeps failing, so that it can recover and its callers learn it at once. Answers of 500, 502,
 * 503 and 504 count, and errors that say something of the target; so does whatever took too long. Every other error, such
 * as that of a caller who hangs up, proves nothing: it neither opens nor closes the circuit, and the call that was let
 * through to see leaves its place to another. So does a 429, which speaks of who asks, unless `throttledFails`.
 */
export function createBreaker(
  target: string,
  {
    clock,
    random = Math.random,
    isFailure = isFailureOfService,
    ...settings
  }: BreakerOptions,
): Breaker {
  const rules: CircuitRules = { ...usualSettings.breaker, ...settings };
  const { slowMs, throttledFails } = rules;
  let circuit = closedCircuit;

  /** The epoch in which the call is begun. */
  function begin(at: number, waitsMs: number): number {
    if (circuit.is === "closed") return circuit.epoch;
    const answer = asked(circuit, { at, chance: random(), waitsMs }, rules);
    circuit = answer.circuit;
    if (!answer.passes) throw refusal(at);
    return circuit.epoch;
  }

  /** What was found out as long as nothing was wrong is counted together: it is most of what is. */
  let unheard = 0;
  let unheardAt = 0;

  function worked(epoch: Begun, at: number): void {
    if (circuit.is !== "closed" || epoch !== circuit.epoch) {
      return end(epoch, { outcome: "worked", at });
    }
    if (bucketAt(at, rules.windowMs) !== bucketAt(unheardAt, rules.windowMs)) hear();
    unheard++;
    unheardAt = at;
  }

  function end(
    epoch: Begun,
    { outcome, at }: { readonly outcome: Outcome; readonly at: number },
  ): void {
    hear();
    const chance = outcome === "failed" ? random() : 0;
    circuit = ended(circuit, { epoch, outcome, at, chance }, rules);
  }

  function hear(): void {
    const { epoch } = circuit;
    const worked = { epoch, outcome: "worked", at: unheardAt, chance: 0, times: unheard } as const;
    if (unheard > 0) circuit = ended(circuit, worked, rules);
    unheard = 0;
  }

  function refusal(at: number): Unavailable {
    const cannot = `Cannot call service "${target}"`;
    const limit = { code: "circuit-open", limit: "breaker" } as const;
    if (circuit.is === "isolated") {
      const retryAfter = Math.ceil(rules.longestOpenMs / 1_000);
      const message = `${cannot}: an operator keeps it from being called`;
      return new Unavailable(message, { ...limit, retryAfter });
    }
    const leftMs = circuit.is === "open" ? circuit.until - at : 0;
    const retryAfter = Math.max(1, Math.ceil(leftMs / 1_000));
    const message = `${cannot}: it kept failing, next try in ${retryAfter} s`;
    return new Unavailable(message, { ...limit, retryAfter });
  }

  function isSlow(ms: number, { countsWhenLate, waitsMs = 0 }: CallOptions): boolean {
    return slowMs !== false && ms > slowMs + waitsMs && (countsWhenLate?.() ?? true);
  }

  function outcomeOf(error: unknown, { signal, countsWhenLate }: CallOptions): Outcome {
    if (signal?.aborted || !isFailure(error)) return "nothing";
    const isLate = error instanceof DeadlineExceeded;
    return isLate && countsWhenLate?.() === false ? "nothing" : "failed";
  }

  function answered(epoch: Begun, answer: unknown, said: Ended): void {
    const status = statusOf(answer);
    const isThrottled = status === tooMany;
    const isFailed = isThrottled && throttledFails || failures.has(status) ||
      isSlow(said.endedAt - said.begunAt, said);
    if (isFailed) end(epoch, { outcome: "failed", at: said.endedAt });
    else if (isThrottled) end(epoch, { outcome: "nothing", at: said.endedAt });
    else worked(epoch, said.endedAt);
  }

  function failed(epoch: Begun, error: unknown, said: Ended): void {
    end(epoch, { outcome: outcomeOf(error, said), at: said.endedAt });
  }

  return {
    async execute(act, options = {}) {
      const begunAt = clock.now();
      const epoch = begin(begunAt, options.waitsMs ?? 0);
      try {
        const answer = await act();
        answered(epoch, answer, { ...options, begunAt, endedAt: clock.now() });
        return answer;
      } catch (error) {
        failed(epoch, error, { ...options, begunAt, endedAt: clock.now() });
        throw error;
      }
    },
    begin: (at, { waitsMs = 0 } = {}) => begin(at, waitsMs),
    answered,
    failed,
    assertPasses() {
      if (circuit.is === "closed") return;
      const at = clock.now();
      const answer = asked(circuit, { at, chance: random() }, rules);
      if (answer.passes) return;
      circuit = answer.circuit;
      throw refusal(at);
    },
    state() {
      return circuit.is === "open" && clock.now() >= circuit.until ? "half-open" : circuit.is;
    },
    isolate() {
      hear();
      circuit = isolated(circuit);
    },
    release() {
      circuit = released(circuit);
    },
  };
}

/** Of a response, or of a command that was not taken; 0: the answer has none. */
function statusOf(answer: unknown): number {
  if (answer instanceof Response) return answer.status;
  const isCommands = typeof answer === "object" && answer !== null && "isTaken" in answer;
  return isCommands && "status" in answer ? Number(answer.status) : 0;
}
