import { time } from "@headwater/core";
import type { Bulkhead } from "./bulkhead.ts";
import { type DeadlineOptions, withDeadline } from "./deadline.ts";
import { type Act, type CallOptions, noTimeLeft, type StackParts } from "./stack_parts.ts";
import type { Outcome } from "./retry.ts";

/** So many are kept for the next calls. */
const mostIdle = 256;
const idle: StackedCall[] = [];

/**
 * The first attempt of a call through all policies, where there is a place for it: each policy notes its beginning and its
 * end here, without a function or a promise of its own. As long as no attempt has failed, the deadline over all is not the
 * first to come. The object is used again for other calls.
 */
export class StackedCall implements DeadlineOptions {
  #parts: StackParts | undefined;
  #act: Act<unknown> | undefined;
  #options: CallOptions<unknown> | undefined;
  #places: Bulkhead | undefined;
  #ticket = 0;
  #begun = 0;
  #until = 0;
  #isWholeTry = false;
  #mayRepeat = false;

  // What the policies are told
  begunAt = 0;
  endedAt = 0;
  failure: unknown;
  waitsMs = 0;
  ms = 0;
  limit: "attempt" | "total" = "attempt";
  signal: AbortSignal | undefined;

  /** One that waits for a call, or a new one. */
  static take(parts: StackParts): StackedCall {
    const call = idle.pop() ?? new StackedCall();
    call.#parts = parts;
    return call;
  }

  begin<Answer>(act: Act<Answer>, options: CallOptions<Answer>): Promise<Answer> {
    this.#act = act;
    // Its answers are of that kind
    this.#options = options as CallOptions<unknown>;
    return this.#begin(this.clock.now()) as Promise<Answer>;
  }

  get what(): string {
    return this.#parts!.what;
  }

  get clock(): time.Clock {
    return this.#parts!.clock;
  }

  get tookMs(): number {
    return this.endedAt - this.begunAt;
  }

  /** Who gave it less time than others has learned nothing, nor who asks too much of it. */
  readonly countsWhenLate = (): boolean => this.#isWholeTry && this.#parts!.bulkhead.isAtLeast();

  #begin(at: number): Promise<unknown> {
    const { bulkhead, breaker, budget, totalMs, tryMs, isHedging } = this.#parts!;
    const { signal, isRepeatable, waitMs = 0, leastMs = 0, places = bulkhead } = this.#options!;
    const usualMs = tryMs + waitMs;
    const outer = time.currentDeadline();
    const leftMs = Math.min(totalMs + waitMs, outer?.remainingMs() ?? Infinity);
    this.#until = at + totalMs + waitMs;
    this.#isWholeTry = leftMs >= usualMs;
    this.#places = places;
    // What is itself a repetition is not repeated below
    this.#mayRepeat = isRepeatable === true && (outer?.attempt ?? 1) === 1;
    this.begunAt = at;
    this.waitsMs = waitMs;
    this.ms = Math.min(usualMs, leftMs);
    this.limit = this.#isWholeTry ? "attempt" : "total";
    this.signal = signal;
    if (leftMs < leastMs) return this.#refused(noTimeLeft(this.what));
    let ticket: number | undefined;
    try {
      // Who is refused takes nobody's place, and waits for none
      breaker.assertPasses();
      ticket = isHedging ? undefined : places.takeNow();
      if (ticket !== undefined) this.#begun = breaker.begin(at, this);
    } catch (error) {
      this.failure = error;
      if (ticket !== undefined) places.leave(ticket, this);
      return this.#refused(error);
    }
    budget.begin(at);
    if (ticket === undefined) return this.#further();
    this.#ticket = ticket;
    return withDeadline(this.#act!, this).then(this.#answered, this.#failed);
  }

  readonly #answered = (answer: unknown): unknown => {
    const { breaker, budget } = this.#parts!;
    this.endedAt = this.clock.now();
    breaker.answered(this.#begun, answer, this);
    this.#places!.leave(this.#ticket, this);
    if (this.#mayRepeat && this.#options!.ofAnswer?.(answer)) return this.#further({ answer });
    budget.end();
    this.#rest();
    return answer;
  };

  readonly #failed = (error: unknown): unknown => {
    const { breaker, budget } = this.#parts!;
    this.endedAt = this.clock.now();
    this.failure = error;
    breaker.failed(this.#begun, error, this);
    this.#places!.leave(this.#ticket, this);
    if (this.#mayRepeat) return this.#further({ error });
    budget.end();
    this.#rest();
    throw error;
  };

  async #further(first?: Outcome<unknown>): Promise<unknown> {
    const { budget, further } = this.#parts!;
    const call = {
      ...{ act: this.#act!, options: this.#options!, until: this.#until },
      ...{ mayRepeat: this.#mayRepeat, first },
    };
    this.#rest();
    try {
      return await further(call);
    } finally {
      budget.end();
    }
  }

  #refused(error: unknown): Promise<never> {
    this.#rest();
    return Promise.reject(error);
  }

  /** Nothing of the call is kept. */
  #rest(): void {
    this.#parts =
      this.#act =
      this.#options =
      this.#places =
        undefined;
    this.signal = this.failure = undefined;
    if (idle.length < mostIdle) idle.push(this);
  }
}
