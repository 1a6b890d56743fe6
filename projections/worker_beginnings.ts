import {
  fullPace,
  type LoadedGeneration,
  type OutcomeOf,
  reaches,
  type WorkerState,
} from "./worker_state.ts";
import { applyMore, ended, goOn, reportOf, reportOfStored, rest } from "./worker_moves.ts";
import { isFilling } from "./generation.ts";
import { replayTo } from "./worker_replay.ts";

const noneParked = { parkedKeys: 0, areDue: false };

/** It is filled to wherever the log ends, and compared with nothing. */
const unbound = { bound: undefined, remembered: undefined };

/** The generation was found, and its lease was taken or is with another process. */
export function prepared(
  state: WorkerState,
  { found, isOwner, parked = noneParked }: OutcomeOf<"prepared">,
): WorkerState {
  if (!found) return ended({ ...state, stored: undefined });
  if (!isOwner) return watched({ ...state, ...parked }, found);
  const { checkpoint, switches } = found;
  const { stored } = state;
  // Not as it was left after a crash of PostgreSQL, which may have taken back the last writes.
  const isAsLeft = stored?.epoch === checkpoint.epoch &&
    reaches(checkpoint.position, stored.position) && reaches(state.position, checkpoint.position);
  const position = isAsLeft ? state.position : checkpoint.position;
  const fresh: WorkerState = {
    ...state,
    ...unbound,
    stored: checkpoint,
    isOwner,
    isLeaving: false,
    switches,
    position,
    folded: position,
    foldedMark: checkpoint.mark,
    unwritten: undefined,
    // Nothing was ever written to a table whose checkpoint is at the start
    holdsAll: checkpoint.position === undefined,
    isUnsure: false,
    saved: { report: undefined, at: -Infinity },
    replay: undefined,
    isQueued: false,
    pace: stored?.epoch === checkpoint.epoch ? state.pace : fullPace,
    refused: stored?.epoch === checkpoint.epoch ? state.refused : undefined,
    ...parked,
    report: reportOfStored(state, found),
  };
  const after = checkpoint.mark ?? checkpoint.position;
  return goOn(fresh, { type: "subscribe", after, filling: isFilling(checkpoint) });
}

/** How far the process is that has the lease. */
export function seen(
  before: WorkerState,
  { found, isFree, parked = noneParked }: OutcomeOf<"seen">,
): WorkerState {
  const state = { ...before, ...parked };
  if (!found) return ended({ ...state, stored: undefined });
  if (!isFree) return watched(state, found);
  if (state.view.isOwn) return goOn(watched(state, found), { type: "prepare" });
  const { version, name } = state.view;
  const { status } = found.checkpoint;
  const act = status === "retired" ? "drop" : status === "live" ? undefined : "abort";
  const remedy = act === undefined ? "" : `: ${act} "${name}", unless that release comes back`;
  const cause = `No process runs version ${version} of "${name}"${remedy}`;
  return watched(state, { ...found, report: { ...found.report, state: "no-owner", cause } });
}

/** Another process has it: what that one writes is what is known. */
function watched(
  state: WorkerState,
  { checkpoint, report }: LoadedGeneration,
): WorkerState {
  if (state.isStopping) return ended(state);
  const known = {
    ...state,
    stored: checkpoint,
    position: checkpoint.position,
    isOwner: false,
    isLeaving: false,
    isUnsure: false,
    hasTried: true,
    failures: 0,
    replay: undefined,
    report: report.state === state.report.state ? { ...report, since: state.report.since } : report,
  };
  return goOn(known, { type: "watch", isUrgent: state.waiting.length > 0 });
}

/** Where the filling of a table ends is known. */
export function subscribed(state: WorkerState, came: OutcomeOf<"subscribed">): WorkerState {
  const bound = came.isBound ? came.head ?? -1 : undefined;
  return applyMore({ ...state, bound, replay: replayTo(came.head, state) });
}

/** The live generation is remembered as it was at some position, to which this one is filled. */
export function remembered(state: WorkerState, { before }: OutcomeOf<"remembered">): WorkerState {
  if ("note" in before) return goOn(state, { type: "compare", before, at: state.stored! });
  // It has lost its last commits to a crash of PostgreSQL, and is soon here again
  if (!reaches(before.position, state.stored?.position)) return rest(state);
  return applyMore({ ...state, bound: before.position, remembered: before });
}

/** It is ready to be read: from now on it follows the log like any other. */
export function compared(
  state: WorkerState,
  { status, isSame }: OutcomeOf<"compared">,
): WorkerState {
  const { caughtUp, behindSince } = state.report;
  const current = caughtUp ? "live" : "catching-up";
  return applyMore({
    ...state,
    ...unbound,
    stored: { ...state.stored!, status },
    switches: state.switches && isSame,
    replay: undefined,
    report: reportOf(state, { state: current, cause: undefined, caughtUp, behindSince }),
  });
}
