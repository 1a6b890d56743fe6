import { cannotApply, type SomeEvents } from "./failure.ts";
import { ended, goOn, reportOf, rest, write } from "./worker_moves.ts";
import type { OutcomeOf, WorkerState } from "./worker_state.ts";

/** A worker whose act has failed. */
export function failed(before: WorkerState, { failure }: OutcomeOf<"failed">): WorkerState {
  const { cause, isMachine, isPostgresAway, isOtherLog, isRefusal } = failure;
  // It may try to leave another time
  const here = { ...before, isLeaving: false };
  const state = isPostgresAway ? { ...here, isUnsure: true } : here;
  const { doing, unwritten } = state;
  const isWrite = doing?.type === "write";
  // That operators cannot be told of a trouble is none of its own.
  if (isWrite && doing.pauses && doing.from === doing.to) return rest(state);
  if (isMachine) return interrupted(state, { state: "waiting", cause, isPostgresAway });
  if (isOtherLog) {
    const { name } = state.view;
    const remedy = state.stored?.status === "retired"
      ? `drop "${name}", unless you put the log back that it was filled from`
      : `rebuild "${name}", or put the log back that it was filled from`;
    return interrupted(state, { state: "other-log", cause: `${cause}: ${remedy}` });
  }
  if (!isWrite || !unwritten) return interrupted(state, { state: "failing", cause });
  if (isRefusal) return narrowed(state, { unwritten, cause });
  const trouble = cannotApply(state.view.name, { ...unwritten, cause });
  return interrupted(state, { ...trouble, state: "failing" });
}

/** An event among these is at fault: fewer are tried, down to the one that is to be parked. */
function narrowed(
  state: WorkerState,
  { unwritten, cause }: { readonly unwritten: SomeEvents; readonly cause: string },
): WorkerState {
  const { count, first } = unwritten;
  if (state.refused?.position === first.position) {
    // Not even its letter is taken
    const trouble = cannotApply(state.view.name, { ...unwritten, cause });
    return interrupted({ ...state, refused: undefined }, { ...trouble, state: "failing" });
  }
  const pace = {
    limit: Math.max(1, Math.floor(count / 8)),
    carefulUntil: Math.max(state.folded ?? 0, state.pace.carefulUntil),
  };
  const refused = count === 1 ? { position: first.position, cause } : undefined;
  // What was held is lost, and read again; without a pause, since each time it is fewer
  return goOn({ ...state, pace, refused }, { type: "prepare" });
}

/** It cannot go on for now; which is no news where it need not. */
export function interrupted(
  state: WorkerState,
  { isPostgresAway = false, ...trouble }: {
    readonly state: "waiting" | "failing" | "other-log";
    readonly cause: string;
    readonly behindSince?: string;
    readonly isPostgresAway?: boolean;
  },
): WorkerState {
  if (state.isStopping) return ended(state);
  const behindSince = trouble.behindSince ?? state.report.behindSince;
  // Whatever else goes wrong meanwhile, that remains so
  const isStranded = state.report.state === "other-log" && trouble.state !== "other-log";
  const report = isStranded
    ? state.report
    : reportOf(state, { ...trouble, caughtUp: false, behindSince });
  const held = { ...state, report, hasTried: true };
  return !state.stored || !state.isOwner || isPostgresAway ? rest(held) : write(held);
}
