import type { Checkpoint, WorkerReport } from "./checkpoint.ts";
import { progressOf } from "./worker_answers.ts";
import type { Act, WorkerState } from "./worker_state.ts";

/** Goes on with `act`, unless it has to stop, or to begin again. */
export function goOn(state: WorkerState, act: Act): WorkerState {
  if (state.isStopping) return leave(state);
  if (state.isLost) return { ...state, isLost: false, doing: { type: "prepare", anew: false } };
  return { ...state, doing: act };
}

/** Leaves the position and a last word for operators, where what they have been told does not still hold. */
function leave(state: WorkerState): WorkerState {
  const { stored, report } = state;
  if (!stored || state.isLost || report.cause !== undefined) return ended(state);
  const last = { ...state, report: reportOf(state, { ...report, state: "stopped" }) };
  return stored.filling || state.unwritten ? tell(last) : write(last);
}

export function ended(state: WorkerState): WorkerState {
  return { ...state, doing: undefined, hasTried: true };
}

export function applyMore(state: WorkerState): WorkerState {
  // Nothing was ever written to a table whose checkpoint is at the start.
  const isEmpty = state.stored?.position === undefined;
  return goOn(state, { type: "apply", limit: state.pace.limit, isEmpty });
}

/** Tries again after a pause. */
export function rest(state: WorkerState): WorkerState {
  const attempt = state.failures + 1;
  return goOn({ ...state, failures: attempt }, { type: "pause", attempt });
}

/** Writes what was folded; once that is done, the worker is as `report` says. */
export function write(
  state: WorkerState,
  { filling = false, report = state.report, pauses = false }: {
    readonly filling?: boolean;
    readonly report?: WorkerReport;
    readonly pauses?: boolean;
  } = {},
): WorkerState {
  const from = state.stored!;
  const to = { ...from, position: state.folded, filling };
  const replay = progressOf(state);
  return { ...state, doing: { type: "write", from, to, report, replay, pauses } };
}

/** Tells operators how it is, where the checkpoint stays. */
export function tell(state: WorkerState): WorkerState {
  const { stored, report } = state;
  const replay = progressOf(state);
  const pauses = report.cause !== undefined;
  return {
    ...state,
    doing: { type: "write", from: stored!, to: stored!, report, replay, pauses },
  };
}

export function reportOf(
  { report, now }: WorkerState,
  { state, cause, caughtUp, behindSince }: Omit<WorkerReport, "since">,
): WorkerReport {
  const since = state === report.state ? report.since : new Date(now).toISOString();
  return { state, cause, since, caughtUp, behindSince };
}

/** The report once the checkpoint was read: what holds it up still does, until events are applied. */
export function reportOfStored(
  state: WorkerState,
  { filling }: Checkpoint,
): WorkerReport {
  const { report } = state;
  const isNew = report.state === "starting" || report.state === "rebuilding";
  const current = filling ? "rebuilding" : isNew ? "catching-up" : report.state;
  if (report.cause !== undefined || current === report.state) return report;
  const behind = { cause: undefined, caughtUp: false, behindSince: undefined };
  return reportOf(state, { ...behind, state: current });
}
