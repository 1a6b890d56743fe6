import type { CompiledSaga } from "./saga_definition.ts";
import type { PlannedStep, SagaEvent } from "./saga_events.ts";
import {
  heldOf,
  isPlanned,
  isSettled,
  plannedStep,
  type SagaState,
  type StepState,
  stepState,
  todoOf,
  undoneBy,
} from "./saga_state.ts";

/** The instance after one more of its events. */
export function evolveSaga(saga: CompiledSaga, before: SagaState, event: SagaEvent): SagaState {
  const state = changed(saga, before, event);
  if (state === before) return before;
  const at = "at" in event.data ? event.data.at ?? null : null;
  const open: Record<string, string | null> = {};
  for (const step of todoOf(state)) {
    const since = Object.hasOwn(before.open, step) ? before.open[step]! : at;
    const isAnew = stepState(state, step) !== stepState(before, step);
    open[step] = isAnew ? at : since;
  }
  return { ...state, open };
}

function changed(saga: CompiledSaga, state: SagaState, event: SagaEvent): SagaState {
  if (event.type === "SagaStarted") {
    if (state.started) return state;
    const { version, start, plan, at } = event.data;
    return { ...state, started: { id: keyOf(event, saga), version, start, plan, at } };
  }
  const { plan } = state.started ?? {};
  const step = "step" in event.data ? event.data.step : undefined;
  if (!plan || step !== undefined && !isPlanned(state, step)) return state;
  switch (event.type) {
    case "StepDone":
    case "StepSkipped": {
      const isDone = event.type === "StepDone";
      return settled(state, { ...event.data, status: isDone ? "done" : "skipped" });
    }
    case "StepRefused":
      return refused(state, event.data);
    case "StepStuck": {
      const { step, reason } = event.data;
      const held = withStep(state, step, { stuck: reason });
      const { status } = stepState(state, step);
      // It waits for operators, whatever else there is to be undone
      return status === "done" ? { ...held, awaited: [...held.awaited, step] } : held;
    }
    case "StepTimedOut": {
      const { step } = event.data;
      return withStep(state, step, { timeouts: stepState(state, step).timeouts + 1 });
    }
    case "StepRetried": {
      const { step, round } = event.data;
      return withStep(state, step, { stuck: undefined, timeouts: 0, round });
    }
    case "StepResumed":
      return withStep(state, event.data.step, { stuck: undefined, timeouts: 0 });
    case "CancellationHeard": {
      const { reason } = event.data;
      if (state.direction === "compensating") return state;
      // A second one is answered by what answers the first
      if (state.refuses) return state;
      if (state.isPivoted) return refusing({ ...state, cause: { reason, isCancelled: true } });
      // What is called off by the same event will not be done any more
      const awaited = underWay(state).filter((step) => !isCalledOff(saga, step));
      return compensating(state, { reason, isCancelled: true, awaited });
    }
    case "SagaEnded":
      return { ...state, isEnded: true };
    case "SagaTimedOut":
      return compensating(state, { reason: event.data.reason, awaited: underWay(state) });
    case "CompensationOrdered": {
      // Nobody knows whether these were done: they are undone, which takes that they never were
      const unknown = heldOf(state);
      const left = unknown.reduce(
        (so, step) => withStep(so, step, { status: "left", stuck: undefined }),
        state,
      );
      const standing = unknown.filter((step) => plannedStep(state, step)?.undo !== undefined);
      return compensating(
        { ...left, standing: [...left.standing, ...standing] },
        { reason: event.data.reason, awaited: underWay(left) },
      );
    }
    case "EventHeard": {
      const { name } = event.data;
      const found = plan.later.find((each) => each.name === name);
      if (!found || state.heard.includes(name)) return state;
      // While it undoes, the participants' answers to that decide
      const isPivoted = state.isPivoted || found.isPivot && state.direction === "forward";
      return { ...state, heard: [...state.heard, name], isPivoted };
    }
    case "SagaMigrated": {
      const { version, plan } = event.data;
      return state.started ? { ...state, started: { ...state.started, version, plan } } : state;
    }
    case "CancellationRefused":
    case "AnswerHeard":
      return state;
  }
}

function keyOf({ data }: SagaEvent, { key }: CompiledSaga): string {
  return String((data as Record<string, unknown>)[key]);
}

type Settled = {
  readonly step: string;
  readonly status: "done" | "skipped";
  readonly compensates?: string | undefined;
  readonly result?: string | undefined;
};

function settled(
  state: SagaState,
  { step, status, compensates, result }: Settled,
): SagaState {
  const next = withStep(state, step, {
    ...{ status, stuck: undefined },
    ...(result !== undefined && { result }),
  });
  if (compensates !== undefined) {
    const standing = next.standing.filter((stands) => stands !== compensates);
    return withStep({ ...next, standing }, compensates, { status: "undone" });
  }
  if (step === state.started?.plan.refuse) return { ...next, refuses: false };
  const planned = plannedStep(state, step);
  if (!planned) return next;
  // Operators take it for done: from there on there is no way back either
  const isPassed = planned.kind === "pivot" && next.direction === "forward";
  if (status === "skipped") return isPassed ? { ...next, isPivoted: true } : next;
  const wasLeft = stepState(state, step).status === "left";
  const stands = wasLeft ? withDone(next, planned) : withStanding(next, planned);
  if (planned.kind !== "pivot" || isTooLate(state, step)) return stands;
  const pivoted = { ...stands, isPivoted: true };
  if (next.direction === "forward") return pivoted;
  // It was done before the cancellation reached it
  return next.cause?.isCancelled ? refusing(pivoted) : onward(pivoted);
}

/** From where there is no way back was reached when others were being undone: neither all is done nor all undone. */
export function isTooLate(state: SagaState, step: string): boolean {
  const { plan } = state.started ?? {};
  if (!plan || state.direction === "forward") return false;
  if (plannedStep(state, step)?.kind !== "pivot") return false;
  const back = [
    ...plan.groups.flat().flatMap(({ undo }) => undo === undefined ? [] : [undo]),
    ...plan.first,
    ...plan.last,
  ];
  return back.some((step) => Object.hasOwn(state.open, step) || isSettled(state, step));
}

/** It is to be undone, also where that was done before it was. */
function withStanding(state: SagaState, { step, undo }: PlannedStep): SagaState {
  if (undo === undefined || state.standing.includes(step)) return state;
  const { status, round } = stepState(state, undo);
  const anew = status === undefined
    ? state
    : withStep(state, undo, { status: undefined, round: round + 1 });
  return { ...anew, standing: [...state.standing, step] };
}

/**
 * It was given up, is being undone perhaps, and was done after all: after what was done by then. What was found to be
 * undone before that counts for nothing.
 */
function withDone(state: SagaState, planned: PlannedStep): SagaState {
  const { step, undo } = planned;
  if (undo === undefined || !state.standing.includes(step)) return withStanding(state, planned);
  const { round } = stepState(state, undo);
  const anew = Object.hasOwn(state.open, undo)
    ? withStep(state, undo, { stuck: undefined, round: round + 1 })
    : state;
  return { ...anew, standing: [...state.standing.filter((other) => other !== step), step] };
}

function refused(
  state: SagaState,
  { step, reason }: { readonly step: string; readonly reason: string },
): SagaState {
  if (isCalledBack(state, step)) {
    return refusing({ ...withStep(state, step, { status: "refused" }), isPivoted: true });
  }
  // What was given up was never done, and is not to be undone
  const standing = state.standing.filter((stands) => stands !== step);
  const next = withStep({ ...state, standing }, step, { status: "refused", stuck: undefined });
  if (state.direction === "compensating") return next;
  return compensating(next, { reason, awaited: underWay(next) });
}

/**
 * What would undo it says that it is too late for that, nothing else was undone yet or is being undone, and nothing was
 * refused: what was done stands, and the rest can be done.
 */
export function isCalledBack(state: SagaState, step: string): boolean {
  const isGoneBack = Object.entries(state.steps).some(([name, { status }]) =>
    status === "undone" ||
    plannedStep(state, name) && (status === "refused" || status === "left")
  );
  const isBeside = Object.keys(state.open).some((other) => other !== step);
  return undoneBy(state, step) !== undefined && state.direction === "compensating" &&
    state.cause?.isCancelled === true && !isGoneBack && !isBeside;
}

function compensating(
  state: SagaState,
  { reason, isCancelled = false, awaited }: {
    readonly reason: string;
    readonly isCancelled?: boolean;
    readonly awaited: readonly string[];
  },
): SagaState {
  return { ...state, direction: "compensating", cause: { reason, isCancelled }, awaited };
}

/** It goes on, and tells once more that it was too late. */
function refusing(state: SagaState): SagaState {
  const { refuse } = state.started!.plan;
  if (refuse === undefined || state.refuses) return onward(state);
  const { status, round } = stepState(state, refuse);
  const anew = status === undefined ? { round } : { round: round + 1 };
  return { ...withStep(onward(state), refuse, { status: undefined, ...anew }), refuses: true };
}

function onward(state: SagaState): SagaState {
  return { ...state, direction: "forward", awaited: [] };
}

/** Steps forward that somebody may be at. */
function underWay(state: SagaState): readonly string[] {
  return Object.keys(state.open).filter((step) => {
    const kind = plannedStep(state, step)?.kind;
    return kind !== undefined && kind !== "await" && kind !== "after" && !isSettled(state, step);
  });
}

function isCalledOff({ templates, roles }: CompiledSaga, step: string): boolean {
  const cancelling = [...roles.values()].flat().filter(({ type }) => type === "cancel");
  const refused = templates.get(step)?.step.refused ?? [];
  return refused.some(({ type }) => cancelling.some(({ ref }) => ref.type === type));
}

function withStep(
  state: SagaState,
  step: string,
  change: Partial<StepState>,
): SagaState {
  const next = { ...stepState(state, step), ...change };
  return { ...state, steps: { ...state.steps, [step]: next } };
}
