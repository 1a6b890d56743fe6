import type { Plan, PlannedStep } from "./saga_events.ts";

/** What became of a step; absent: nothing yet. */
export type StepState = {
  /** `left`: it was given up, and may have been done nonetheless. */
  readonly status?: "done" | "refused" | "skipped" | "undone" | "left" | undefined;
  readonly round: number;
  /** Why it cannot go on without operators. */
  readonly stuck?: string | undefined;
  /** How often no answer came in time. */
  readonly timeouts: number;
  /** JSON. */
  readonly result?: string;
};

/**
 * An instance, after its events.
 *
 * @internal
 */
export type SagaState = {
  readonly started?: {
    readonly id: string;
    readonly version: number;
    readonly start: unknown;
    readonly plan: Plan;
    /** Undefined: it was begun before that was recorded. */
    readonly at: string | undefined;
  };
  readonly steps: Readonly<Record<string, StepState>>;
  /** What stands: steps that were done, or may have been, and are to be undone, in the order of their completion. */
  readonly standing: readonly string[];
  readonly direction: "forward" | "compensating";
  /** Why it compensates, or why a cancellation is refused. */
  readonly cause?: { readonly reason: string; readonly isCancelled: boolean };
  /** What it waits for before it undoes anything: steps that were under way. */
  readonly awaited: readonly string[];
  readonly isPivoted: boolean;
  /** Nothing is left to do, unless it compensates. */
  readonly isEnded: boolean;
  /** A cancellation came too late, and that is to be told. */
  readonly refuses: boolean;
  /** Events that have steps of their own follow. */
  readonly heard: readonly string[];
  /** What is to be done now, and since when; undefined: since before that was recorded. */
  readonly open: Readonly<Record<string, string | null>>;
};

export const initialSagaState: SagaState = {
  ...{ steps: {}, standing: [], direction: "forward", awaited: [], isPivoted: false },
  ...{ isEnded: false, refuses: false, heard: [], open: {} },
};

const untouched: StepState = { round: 1, timeouts: 0 };

export function stepState({ steps }: Pick<SagaState, "steps">, step: string): StepState {
  return Object.hasOwn(steps, step) ? steps[step]! : untouched;
}

/** True when nothing more is to come of it. */
export function isSettled(state: SagaState, step: string): boolean {
  return stepState(state, step).status !== undefined;
}

/** The open steps that cannot go on without operators. */
export function heldOf(state: SagaState): readonly string[] {
  return Object.keys(state.open).filter((step) => stepState(state, step).stuck !== undefined);
}

/** Every step forward that there is by now, in groups. */
export function groupsOf(state: SagaState): readonly (readonly PlannedStep[])[] {
  const { plan } = state.started ?? {};
  if (!plan) return [];
  if (state.heard.length === 0) return plan.groups;
  const later = plan.later.filter(({ name }) => state.heard.includes(name));
  return [...plan.groups, ...later.flatMap(({ groups }) => groups)];
}

/** The step of the plan, or of what follows later, whatever was heard so far. */
export function plannedStep({ started }: SagaState, name: string): PlannedStep | undefined {
  if (!started) return undefined;
  const isIt = ({ step }: PlannedStep) => step === name;
  const { groups, later } = started.plan;
  const found = findIn(groups, isIt);
  return found ?? later.map(({ groups }) => findIn(groups, isIt)).find((step) => step);
}

/** The step forward that is undone by this one. */
export function undoneBy({ started }: SagaState, undo: string): PlannedStep | undefined {
  return started && findIn(started.plan.groups, (planned) => planned.undo === undo);
}

/** Makes no list of all: it is asked several times for each event. */
function findIn(
  groups: Plan["groups"],
  isIt: (planned: PlannedStep) => boolean,
): PlannedStep | undefined {
  for (const group of groups) {
    const found = group.find(isIt);
    if (found) return found;
  }
  return undefined;
}

/** The steps that are to be done now. */
export function todoOf(state: SagaState): readonly string[] {
  const { started, direction, refuses } = state;
  if (!started) return [];
  const { plan } = started;
  if (direction === "compensating") return compensationOf(state, plan);
  if (refuses && plan.refuse !== undefined) return [plan.refuse];
  if (state.isEnded) return [];
  for (const group of groupsOf(state)) {
    const todo = group.filter(({ step }) => !isSettled(state, step));
    if (todo.length > 0) return todo.map(({ step }) => step);
  }
  return [];
}

function compensationOf(state: SagaState, plan: Plan): readonly string[] {
  const awaited = state.awaited.filter((step) =>
    !isSettled(state, step) || stepState(state, step).stuck !== undefined
  );
  if (awaited.length > 0) return awaited;
  const first = state.cause?.isCancelled ? [] : plan.first;
  const before = first.find((step) => !isSettled(state, step));
  if (before !== undefined) return [before];
  const undoing = toUndo(state, plan);
  if (undoing.length > 0) return undoing;
  const after = plan.last.find((step) => !isSettled(state, step));
  return after === undefined ? [] : [after];
}

/** The last that was done, and what was done beside it with nothing else in between. */
function toUndo({ standing }: SagaState, plan: Plan): readonly string[] {
  const last = standing.at(-1);
  const group = plan.groups.find((group) => group.some(({ step }) => step === last)) ?? [];
  const isAlone = group.some(({ step, alone }) => step === last && alone);
  const other = standing.findLastIndex((step) => !group.some((planned) => planned.step === step));
  const beside = standing.slice(isAlone ? -1 : other + 1);
  return group.flatMap(({ step, undo }) =>
    undo !== undefined && beside.includes(step) ? [undo] : []
  );
}

/** One of the steps of the instance, whichever way it goes. */
export function isPlanned(state: SagaState, step: string): boolean {
  const { first = [], last = [], refuse } = state.started?.plan ?? {};
  return plannedStep(state, step) !== undefined || undoneBy(state, step) !== undefined ||
    step === refuse || first.includes(step) || last.includes(step);
}
