import { groupsOf, isSettled, type SagaState, stepState } from "./saga_state.ts";
import type { Way, WayStep } from "./way.ts";

/** The way of an instance, of all that its plan has. */
export function wayOf(state: SagaState): Way {
  const { first = [], last = [] } = state.started?.plan ?? {};
  const isUndoing = state.direction === "compensating";
  const stepOf = (step: string, untouched: WayStep["status"] = "todo"): WayStep => {
    const { status, stuck, timeouts } = stepState(state, step);
    const since = Object.hasOwn(state.open, step) ? state.open[step] : undefined;
    const open = stuck === undefined ? "open" : "stuck";
    return {
      ...{ step, timeouts, since: since ?? null },
      status: since === undefined ? status ?? untouched : open,
    };
  };
  return {
    groups: groupsOf(state).map((group) =>
      group.map(({ step, undo }) => ({
        ...stepOf(step, isUndoing ? "needless" : "todo"),
        undo: undo === undefined
          ? null
          : stepOf(undo, isUndoing && !state.standing.includes(step) ? "needless" : "todo"),
      }))
    ),
    before: isUndoing
      ? first.filter((step) => !state.cause?.isCancelled || isSettled(state, step)).map((step) =>
        stepOf(step)
      )
      : [],
    after: isUndoing ? last.map((step) => stepOf(step)) : [],
  };
}
