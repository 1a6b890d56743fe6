import {
  type Checkpoint,
  type GenerationStatus,
  isFilling,
  type WorkerReport,
} from "./generation.ts";
import { progressOf } from "./worker_answers.ts";
import { type Act, type LoadedGeneration, reaches, type WorkerState } from "./worker_state.ts";

/** How soon a generation that is ready tries again to take the live one's place. */
const switchEveryMs = 100;

/** Goes on with `act`, unless it has to stop, to begin again, or to let others have the generation. */
export function goOn(state: WorkerState, act: Act): WorkerState {
  if (state.isStopping) return leave(state);
  if (state.isLost) return { ...state, isLost: false, doing: { type: "prepare" } };
  if (state.isLeaving && state.isOwner && !state.isUnsure) return write(state, { leaves: true });
  return { ...state, doing: act };
}

/** Leaves the position and a last word for operators, where what they have been told does not still hold. */
function leave(state: WorkerState): WorkerState {
  const { stored, report, isOwner, isLost, isUnsure } = state;
  if (!stored || !isOwner || isLost || isUnsure) return ended(state);
  if (report.cause !== undefined) return write(state, { leaves: true });
  const last = { ...state, report: reportOf(state, { ...report, state: "stopped" }) };
  const isMore = !isFilling(stored) && !state.unwritten;
  return write(last, { leaves: true, ...(isMore && { to: foldedTo(last, stored.status) }) });
}

export function ended(state: WorkerState): WorkerState {
  return { ...state, doing: undefined, hasTried: true };
}

/** What comes after what was folded was written, or need not be. */
export function applyMore(state: WorkerState): WorkerState {
  const { stored, pace: { limit }, holdsAll, bound, report, clock, refused } = state;
  // Where nothing is held in memory that their rows would not be in
  const mayTry = state.areDue && stored !== undefined && !state.unwritten && !holdsAll;
  if (mayTry && !state.isTurnOfLog) {
    return goOn({ ...state, isTurnOfLog: true }, { type: "retry", at: stored, report });
  }
  if (stored?.status === "ready" && state.switches && report.caughtUp) {
    const isTime = clock - state.triedSwitchAt >= switchEveryMs;
    if (isTime) return goOn({ ...state, triedSwitchAt: clock }, { type: "switch", at: stored });
  }
  if (bound === undefined || !reaches(stored?.position, bound)) {
    const act = { type: "apply", limit, until: bound, holdsAll, refused, waits: !mayTry } as const;
    return goOn({ ...state, isTurnOfLog: false }, act);
  }
  const { remembered: before } = state;
  const at = stored!;
  return goOn(state, before ? { type: "compare", before, at } : { type: "remember", at });
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
    leaves = false,
  }: {
    readonly to?: Checkpoint;
    readonly report?: WorkerReport;
    readonly pauses?: boolean;
    readonly keeps?: boolean;
    readonly leaves?: boolean;
  } = {},
): WorkerState {
  const replay = progressOf(state);
  const from = state.stored!;
  return { ...state, doing: { type: "write", from, to, report, replay, pauses, keeps, leaves } };
}

export function foldedTo(
  { stored, folded, foldedMark }: WorkerState,
  status: GenerationStatus,
): Checkpoint {
  return { ...stored!, position: folded, mark: foldedMark, status };
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
  { checkpoint, report: told }: LoadedGeneration,
): WorkerReport {
  const { report } = state;
  const { behindSince } = report;
  if (told.state === "other-log" && told.cause !== undefined) {
    const { cause } = told;
    return reportOf(state, { state: "other-log", cause, caughtUp: false, behindSince });
  }
  const isOver = report.state === "other-log" && checkpoint.position === undefined;
  const isNew = isOver || ["starting", "building", "stopped", "no-owner"].includes(report.state);
  const current = isFilling(checkpoint) ? "building" : isNew ? "catching-up" : report.state;
  if (current === report.state || !isNew && report.cause !== undefined) return report;
  const behind = { cause: undefined, caughtUp: false, behindSince: undefined };
  return reportOf(state, { ...behind, state: current });
}
