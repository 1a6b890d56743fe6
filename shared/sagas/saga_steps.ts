import type { EventRef, Order } from "./participant.ts";
import type { Question } from "./step.ts";
import { type Duration, durationMs } from "./duration.ts";
import type { PlannedStep } from "./saga_events.ts";

/** What a step's command may be made of beside what the saga began with. */
export type Given<Item = undefined> = {
  /** Of `each`. */
  readonly item: Item;
  /** Why it compensates, or why a cancellation is refused. */
  readonly reason: string;
  /** What the event that proved a step had for the saga to keep; undefined: nothing, or it is not done. */
  result(step: string): unknown;
};

type Refs = EventRef | readonly EventRef[];

/** What is to be done, and how one hears what became of it. */
export type Act<Start, Item> = {
  does(start: Start, given: Given<Item>): Order;
  /** Any of these proves that it was done. */
  readonly done: Refs;
  /** Asked when no answer came; default: the command is sent again, which is harmless. */
  ask?(start: Start, given: Given<Item>): Question;
  /** No answer in this time, and its outcome is unknown; default: 30 s. */
  readonly within?: Duration;
  /** So often it is sent to a machine that fails; default: 10. */
  readonly attempts?: number;
};

type Refusable = { readonly refused?: Refs };

/** What undoes a step, what comes before and after that, and what may take as long as it takes. */
export type Retriable<Start, Item> = Act<Start, Item> & Refusable & {
  /**
   * By what a participant says that there is nothing to be undone: codes of its refusals; `no-event`: it takes the command,
   * and no event follows. That is asked only where nobody knows whether there is something.
   */
  readonly nothing?: readonly string[];
};

/** Can be undone; or, in words, why it need not be. */
export type Compensatable<Start, Item> =
  & Act<Start, Item>
  & Refusable
  & ({ readonly undo: StepTemplate } | { readonly withoutUndo: string });

/** A step of a definition: what it is for any instance. */
export type StepTemplate = {
  readonly name: string;
  readonly kind: PlannedStep["kind"];
  // deno-lint-ignore no-explicit-any -- definitions hold steps of every saga
  does?(start: any, given: Given<any>): Order;
  // deno-lint-ignore no-explicit-any -- as above
  ask?(start: any, given: Given<any>): Question;
  readonly done: readonly EventRef[];
  readonly refused: readonly EventRef[];
  readonly nothing: readonly string[];
  /** Of `after`: how long it takes. */
  readonly withinMs: number;
  readonly attempts: number;
  readonly undo?: StepTemplate;
  readonly withoutUndo?: string;
};

/** Steps that are taken side by side, or one per item of what a saga began with. */
export type Part = {
  readonly steps: readonly StepTemplate[];
  readonly each?: {
    /** The field that tells items apart; events of the step have it too. */
    readonly by: string;
    // deno-lint-ignore no-explicit-any -- as above
    items(start: any): readonly any[];
  };
  readonly undoneAlone: boolean;
};

/** By what parts of a definition are made. */
export type StepsOf<Start, Item = undefined> = {
  /** Undone when a later step is refused. */
  compensatable(name: string, act: Compensatable<Start, Item>): StepTemplate;
  /** After it there is no way back. */
  pivot(name: string, act: Act<Start, Item> & Refusable): StepTemplate;
  /** Cannot be refused for good. */
  retriable(name: string, act: Retriable<Start, Item>): StepTemplate;
  /** Waits for an event; without one in time it is stuck. */
  awaits(
    name: string,
    act: Pick<Act<Start, Item>, "done"> & Refusable & { readonly within: Duration },
  ): StepTemplate;
  /** Waits a while. */
  after(name: string, duration: Duration): StepTemplate;
  /** Side by side; undone side by side too. */
  parallel(...steps: readonly StepTemplate[]): Part;
  /** One step per item of what a saga began with, side by side: `reserve-stock:SKU1`. */
  each<Each extends object>(items: (start: Start) => readonly Each[]): {
    /** The field that tells them apart, which the step's events have too. `undone: "in turn"`: in the reverse order of completion. */
    by(
      field: keyof Each & string,
      step: (forEach: StepsOf<Start, Each>) => StepTemplate,
      options?: { readonly undone?: "side by side" | "in turn" },
    ): Part;
  };
};

const defaultWithin = "30s";
const defaultAttempts = 10;

/** The makers of steps. */
export function stepsOf<Start, Item>(): StepsOf<Start, Item> {
  return {
    compensatable: (name, act) => ({
      ...templateOf(name, act),
      kind: "compensatable",
      ...("undo" in act ? { undo: act.undo } : { withoutUndo: act.withoutUndo }),
    }),
    pivot: (name, act) => ({ ...templateOf(name, act), kind: "pivot" }),
    retriable: (name, act) => ({
      ...templateOf(name, act),
      kind: "retriable",
      nothing: act.nothing ?? [],
    }),
    awaits: (name, act) => ({ ...templateOf(name, act), kind: "await" }),
    after: (name, within) => ({ ...templateOf(name, { done: [], within }), kind: "after" }),
    parallel: (...steps) => ({ steps, undoneAlone: false }),
    each: (items) => ({
      by: (by, step, { undone = "side by side" } = {}) => ({
        steps: [step(stepsOf())],
        each: { by, items },
        undoneAlone: undone === "in turn",
      }),
    }),
  };
}

function templateOf<Start, Item>(
  name: string,
  { does, ask, done, refused = [], within = defaultWithin, attempts = defaultAttempts }:
    & Partial<Act<Start, Item>>
    & Refusable
    & { readonly done: Refs },
): Omit<StepTemplate, "kind"> {
  return {
    name,
    ...(does && { does }),
    ...(ask && { ask }),
    done: [done].flat(),
    refused: [refused].flat(),
    nothing: [],
    withinMs: durationMs(within),
    attempts,
  };
}
