import type { Timer } from "./notice.ts";
import type { Question, Step } from "./step.ts";
import type { Given, Part, StepTemplate } from "./saga_steps.ts";
import type { CompiledSaga } from "./saga_definition.ts";
import type { Plan } from "./saga_events.ts";
import { plannedStep, type SagaState, stepState, undoneBy } from "./saga_state.ts";

/** The way of an instance, by what it begins with. Errors: two items that cannot be told apart. */
export function planOf(saga: CompiledSaga, start: unknown): Plan {
  const { parts, first, last, refuse, later } = saga;
  const groupsOf = (parts: readonly Part[]) =>
    parts.map((part) => plannedOf(part, start)).filter((group) => group.length > 0);
  return {
    groups: groupsOf(parts),
    first: first.map(({ name }) => name),
    last: last.map(({ name }) => name),
    later: [...later].map(([name, { parts, isPivot }]) => ({
      name,
      groups: groupsOf(parts),
      isPivot,
    })),
    ...(refuse && { refuse: refuse.name }),
  };
}

function plannedOf(part: Part, start: unknown): Plan["groups"][number] {
  const names = part.each ? itemNames(part, start) : [""];
  return part.steps.flatMap(({ name, kind, undo }) =>
    names.map((item) => ({
      step: `${name}${item}`,
      kind,
      ...(undo && { undo: `${undo.name}${item}` }),
      ...(part.undoneAlone && { alone: true as const }),
    }))
  );
}

function itemNames({ steps, each }: Part, start: unknown): readonly string[] {
  const names = (each?.items(start) ?? []).map((item) => `:${item[each!.by]}`);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice === undefined) return names;
  throw new Error(`Cannot plan "${steps[0]?.name}${twice}": two items have this name`);
}

/** What is to be sent now. */
export function outstandingOf(saga: CompiledSaga, state: SagaState): readonly Step[] {
  return Object.keys(state.open).flatMap((name) => {
    const { stuck, round, timeouts } = stepState(state, name);
    if (stuck !== undefined) return [];
    const template = templateOf(saga, name);
    if (!template?.does) return [];
    const { ask, attempts, nothing } = template;
    const undone = undoneBy(state, name)?.step;
    const isOfNobodyKnows = undone !== undefined && stepState(state, undone).status === "left";
    const given = givenOf(saga, { state, name });
    const start = state.started?.start;
    const { service, command } = template.does(start, given);
    const question: Question | undefined = ask?.(start, given);
    return [{
      ...{ name, service, command, round },
      limits: { attempts, ...(question && { ask: question }) },
      ...(timeouts > 0 && { isUnknown: true as const }),
      ...(isOfNobodyKnows && nothing.includes("no-event") && { isDoneWhenTaken: true as const }),
    }];
  });
}

/** The times that an instance waits for. */
export function timersOf(saga: CompiledSaga, state: SagaState): readonly Timer[] {
  const timers = Object.entries(state.open).flatMap(([name, since]): Timer[] => {
    const { stuck, round } = stepState(state, name);
    if (stuck !== undefined || since === null) return [];
    const found = templateOf(saga, name);
    return found
      ? [{
        ...{ name: `${name}#${round} ${since}`, dueAt: later(since, found.withinMs) },
        ...(found.does && { step: name }),
      }]
      : [];
  });
  const { started, direction, isPivoted } = state;
  const isOnItsWay = timers.length > 0 && direction === "forward" && !isPivoted;
  return isOnItsWay && started?.at !== undefined
    ? [...timers, { name: sagaTimer, dueAt: later(started.at, saga.withinMs) }]
    : timers;
}

/** The timer of the whole instance. */
export const sagaTimer = "saga";

/** The step that a timer of it is for. */
export function stepOfTimer(timer: string): string {
  return timer.slice(0, timer.lastIndexOf("#"));
}

/** What the code has for a step; undefined: it has no such step. */
export function templateOf(saga: CompiledSaga, name: string): StepTemplate | undefined {
  return saga.templates.get(baseName(saga, name))?.step;
}

function givenOf(
  saga: CompiledSaga,
  { state, name }: { readonly state: SagaState; readonly name: string },
): Given<unknown> {
  const { step, part } = saga.templates.get(baseName(saga, name)) ?? {};
  const key = name.slice((step?.name.length ?? 0) + 1);
  const each = part?.each;
  return {
    item: each?.items(state.started?.start).find((item) => String(item[each.by]) === key),
    reason: state.cause?.reason ?? "",
    result(step) {
      const { result } = stepState(state, step);
      return result === undefined ? undefined : JSON.parse(result);
    },
  };
}

/** The template's name: without the item. */
function baseName({ templates }: CompiledSaga, name: string): string {
  return templates.has(name) ? name : name.split(":", 1)[0]!;
}

/** True for a step that may be undone or refused: before there is no way back. */
export function mayBeRefused(state: SagaState, step: string): boolean {
  const kind = plannedStep(state, step)?.kind;
  return kind !== undefined && kind !== "retriable" && kind !== "after";
}

function later(since: string, ms: number): string {
  return new Date(Date.parse(since) + ms).toISOString();
}
