import { DeadlineExceeded, type time } from "@headwater/core";
import type { Breaker } from "./breaker.ts";
import type { Bulkhead } from "./bulkhead.ts";
import type { Outcome, Repetition } from "./retry.ts";
import type { RetryBudget } from "./retry_budget.ts";

/** What a stack knows of one call; default: it happens once, whatever comes of it. */
export type CallOptions<Answer> = {
  /** Of whoever wants it. */
  readonly signal?: AbortSignal | undefined;
  /** It happens once however often it is made: then it may be tried again. */
  readonly isRepeatable?: boolean;
  /** Nothing can have happened by it: then it may be hedged as well, unless it wants to wait. */
  readonly changesNothing?: boolean;
  /** Milliseconds on top of both deadlines: it waits because it wants to. */
  readonly waitMs?: number;
  /** With fewer milliseconds left it is not made. Default: none. */
  readonly leastMs?: number;
  /** Where it waits for its turn; default: where all do. */
  readonly places?: Bulkhead;
  /** Whether an answer asks to be asked again; default: none does. */
  ofAnswer?(answer: Answer): Repetition | undefined;
};

/** Makes a call under its own signal. It is told which attempt it is, from 1 on. */
export type Act<Answer> = (signal: AbortSignal, attempt: number) => Promise<Answer>;

/** @internal What a stack is made of. */
export type StackParts = {
  readonly bulkhead: Bulkhead;
  readonly breaker: Breaker;
  readonly budget: RetryBudget;
  readonly what: string;
  readonly totalMs: number;
  readonly tryMs: number;
  readonly clock: time.Clock;
  /** Every call may be made twice: there is more to do from the beginning. */
  readonly isHedging: boolean;
  /** What is not over at once, or not well. `first`: what came of the first attempt. */
  further<Answer>(call: FurtherCall<Answer>): Promise<Answer>;
};

/** @internal */
export type FurtherCall<Answer> = {
  readonly act: Act<Answer>;
  readonly options: CallOptions<Answer>;
  /** By the clock. */
  readonly until: number;
  readonly mayRepeat: boolean;
  readonly first: Outcome<Answer> | undefined;
};

/** @internal */
export function noTimeLeft(what: string): DeadlineExceeded {
  return new DeadlineExceeded(`${what}: no time is left for it`, { limit: "total" });
}
