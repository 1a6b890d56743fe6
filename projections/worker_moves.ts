import type { Checkpoint, LoadedCheckpoint, WorkerReport } from "./checkpoint.ts";
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
  const isMore = !stored.filling && !state.unwritten;
  return write(last, isMore ? { to: foldedTo(last, false) } : {});
}

export function ended(state: WorkerState): WorkerState {
  return { ...state, doing: undefined, hasTried: true };
}

export function applyMore(state: WorkerState): WorkerState {
  const { stored, report, unwritten, pace, holdsAll, refused } = state;
  // Where nothing is held in memory that their rows would not be in
  if (state.areDue && stored && !unwritten && !holdsAll) {
    return goOn(state, { type: "retry", at: stored, report });
  }
  return goOn(state, { type: "apply", limit: pace.limit, holdsAll, refused });
}

/** Tries again after a pause. */
export function rest(state: WorkerState): WorkerState {
  const attempt = state.failures + 1;
  return goOn({ ...state, failures: attempt }, { type: "pause", attempt });
}

/** Moves the checkpoint `to` there with what was folded, after which the worker is as `report` says; default: only tells that. */
export function write(
  state: WorkerState,
  {
    to = state.stored!,
    report = state.report,
    pauses = report.cause !== undefined,
    keeps = false,
  }: {
    readonly to?: Checkpoint;
    readonly report?: WorkerReport;
    readonly pauses?: boolean;
    readonly keeps?: boolean;
  } = {},
): WorkerState {
  const replay = progressOf(state);
  const from = state.stored!;
  return { ...state, doing: { type: "write", from, to, report, replay, pauses, keeps } };
}

export function foldedTo(
  { stored, folded, foldedMark }: WorkerState,
  filling: boolean,
): Checkpoint {
  return { ...stored!, position: folded, mark: foldedMark, filling };
}

export function reportOf(
  { report, now }: WorkerState,
  { state, cause, caughtUp, behindSince }: Omit<WorkerReport, "since">,
): WorkerReport {
  const since = state === report.state ? report.since : new Date(now).toISOString();
  return { state, cause, since, caughtUp, behindSince };
}

/**
 * The report once the checkpoint was read: what holds it up still does, until events are applied. An empty table belongs
 * to whatever log there is.
 */
export function reportOfStored(
  state: WorkerState,
  { filling, position, stranded }: Pick<LoadedCheckpoint, "filling" | "position" | "stranded">,
): WorkerReport {
  const { report } = state;
  const { behindSince } = report;
  if (stranded !== undefined) {
    return reportOf(state, { state: "other-log", cause: stranded, caughtUp: false, behindSince });
  }
  const isOver = report.state === "other-log" && position === undefined;
  const isNew = isOver || report.state === "starting" || report.state === "rebuilding";
  const current = filling ? "rebuilding" : isNew ? "catching-up" : report.state;
  if (!isOver && (report.cause !== undefined || current === report.state)) return report;
  const behind = { cause: undefined, caughtUp: false, behindSince: undefined };
  return reportOf(state, { ...behind, state: current });
}
