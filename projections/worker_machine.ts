import { answerTo, beingRebuilt, belongsToOther, lastWord, levelOf } from "./worker_answers.ts";
import {
  applyMore,
  ended,
  foldedTo,
  goOn,
  reportOf,
  reportOfStored,
  rest,
  write,
} from "./worker_moves.ts";
import { failed, interrupted } from "./worker_failed.ts";
import { queued, replayTo } from "./worker_replay.ts";
import {
  type ActOf,
  fullPace,
  type Happened,
  type Outcome,
  type OutcomeOf,
  reaches,
  type Todo,
  type WorkerState,
} from "./worker_state.ts";

/** A read model that is being filled is written when so much has changed, and at the end: in a second or two, so that its worker is heard of. */
const batchRows = 40_000;
const batchBytes = 16 * 1024 * 1024;
/** So much of it is kept in memory, and need not be read to be folded on. */
const heldRows = 200_000;
const heldBytes = 32 * 1024 * 1024;
/** How often progress is written down while no rows change. */
const saveEveryMs = 1_000;
/** A worker that has nothing to say shows this often that it lives. */
const heartbeatMs = 5_000;
/** Often enough for a progress line to move smoothly. */
const tellEveryMs = 250;

/**
 * A worker once something has happened to it. Knows no time, log or database: `state.doing` is the one long thing to do,
 * whose outcome happens next; `todo` is done at once, and follows from how the state differs from the one before.
 */
export function next(
  before: WorkerState,
  happened: Happened,
): { readonly state: WorkerState; readonly todo: readonly Todo[] } {
  const state = step({ ...before, now: happened.at }, happened);
  const todo: Todo[] = [];
  if (state.isStopping !== before.isStopping || (state.isLost && !before.isLost)) {
    todo.push({ type: "interrupt" });
  }
  const { report } = state;
  if (report.state !== before.report.state || report.cause !== before.report.cause) {
    todo.push({ type: "log", level: levelOf(report.state), before: before.report, report });
  }
  // A reset that another process has already made good is one all the same.
  const wasReset = before.stored && state.stored && before.stored.epoch < state.stored.epoch;
  const waiting = state.waiting.filter((waiter) => {
    const answer = wasReset
      ? beingRebuilt(state)
      : answerTo(state, waiter) ?? lastWord(state, { happened, waiter });
    if (answer) todo.push({ type: "answer", id: waiter.id, answer });
    return !answer;
  });
  const wasLive = state.wasLive || report.state === "live";
  return { state: { ...state, waiting, wasLive }, todo };
}

function step(state: WorkerState, happened: Happened): WorkerState {
  switch (happened.type) {
    case "asked":
      return { ...state, waiting: [...state.waiting, happened] };
    case "late":
      return state;
    case "stop":
      return { ...state, isStopping: true };
    case "reset":
      return reset(state, happened);
    case "disconnected":
      return disconnected(state);
    default:
      return cameOut(state, happened);
  }
}

/** Another process, or this one, has emptied the read model. */
function reset(state: WorkerState, { epoch }: { epoch: number }): WorkerState {
  const { stored } = state;
  // What it knows already must not be taken for another reset.
  if (!state.doing || state.isStopping || !stored || stored.epoch >= epoch) return state;
  const emptied = { ...stored, position: undefined, mark: undefined, filling: true };
  const report = reportOfStored(state, emptied);
  const nothing = { position: undefined, replay: undefined, parkedKeys: 0, areDue: false };
  return { ...state, ...nothing, stored: emptied, report, isLost: true };
}

/** What was read or written before cannot be trusted until it was read again. */
function disconnected(state: WorkerState): WorkerState {
  const { stored, doing, isStopping } = state;
  if (!doing || isStopping || !stored) return state;
  // Nobody is shown a table that is being filled: it may go on, until it is
  return { ...state, isUnsure: true, isLost: state.isLost || !stored.filling };
}

function cameOut(state: WorkerState, came: Outcome): WorkerState {
  const { doing } = state;
  // It has said its last word.
  if (state.report.state === "stopped") return ended(state);
  if (state.isLost) return goOn(state, { type: "prepare", anew: false });
  switch (came.type) {
    case "prepared":
      return prepared(state, came);
    case "subscribed":
      return applyMore({ ...state, replay: replayTo(came.head, state) });
    case "applied":
      return applied(state, came);
    case "quiet":
      return state.isStopping ? applyMore(state) : quiet(queued(state, came));
    case "moved":
      if (doing?.type === "write" && doing.pauses) return rest(state);
      return goOn({ ...state, failures: 0 }, { type: "prepare", anew: false });
    case "failed":
      return failed(state, came);
    case "retried":
      return applyMore({ ...state, parkedKeys: came.parkedKeys, areDue: came.areDue });
    case "done":
      if (came.areDue) return cameOut({ ...state, areDue: true }, { type: "done" });
      if (doing?.type === "write") return written(state, doing);
      if (doing?.type === "look") return applyMore(state);
      return goOn(state, { type: "prepare", anew: !state.stored });
  }
}

function prepared(
  state: WorkerState,
  { checkpoint: loaded, parked = { parkedKeys: 0, areDue: false } }: OutcomeOf<"prepared">,
): WorkerState {
  if (!loaded) return goOn(state, { type: "prepare", anew: true });
  const { stranded: _told, ...checkpoint } = loaded;
  const { version, filling } = checkpoint;
  if (version !== state.view.version) {
    const outdated = { ...state, otherVersion: version };
    return interrupted(outdated, { state: "waiting", cause: belongsToOther(outdated) });
  }
  const { stored } = state;
  // Not as it was left after a crash of PostgreSQL, which may have taken back the last writes.
  const isAsLeft = stored?.epoch === checkpoint.epoch &&
    reaches(checkpoint.position, stored.position) && reaches(state.position, checkpoint.position);
  const position = isAsLeft ? state.position : checkpoint.position;
  const fresh: WorkerState = {
    ...state,
    stored: checkpoint,
    position,
    folded: position,
    foldedMark: checkpoint.mark,
    unwritten: undefined,
    // Nothing was ever written to a table whose checkpoint is at the start
    holdsAll: checkpoint.position === undefined,
    isUnsure: false,
    saved: { report: undefined, at: 0 },
    replay: undefined,
    isQueued: false,
    pace: stored?.epoch === checkpoint.epoch ? state.pace : fullPace,
    refused: stored?.epoch === checkpoint.epoch ? state.refused : undefined,
    ...parked,
    otherVersion: undefined,
    report: reportOfStored(state, loaded),
  };
  const after = checkpoint.mark ?? checkpoint.position;
  return goOn(fresh, { type: "subscribe", after, filling });
}

function applied(before: WorkerState, came: OutcomeOf<"applied">): WorkerState {
  const { caughtUp, failure } = came;
  const state = withFolded(before, came);
  const filling = state.stored?.filling === true;
  if (failure) {
    const report = reportOf(state, { ...failure, state: "failing", caughtUp: false });
    return write({ ...state, report }, { to: foldedTo(state, filling) });
  }
  const { replay, folded } = state;
  const wasLive = state.report.state === "live";
  const isFilled = !filling || caughtUp || (replay && reaches(folded, replay.target));
  const report = reportOf(state, {
    state: !isFilled ? "rebuilding" : caughtUp || wasLive ? "live" : "catching-up",
    cause: undefined,
    caughtUp,
    behindSince: caughtUp ? undefined : came.recordedAt ?? state.report.behindSince,
  });
  const bytes = came.bytes * came.rows / Math.max(came.changes, 1);
  const mayHold = !isFilled && came.rows < heldRows && bytes < heldBytes;
  const isSmall = came.changes < batchRows && came.bytes < batchBytes;
  const mayWait = filling
    ? mayHold && isSmall && state.pace === fullPace
    : wasLive && came.changes === 0 && state.now - state.saved.at < saveEveryMs;
  if (!mayWait) {
    return write(state, {
      to: foldedTo(state, !isFilled),
      report,
      keeps: mayHold && state.holdsAll,
    });
  }
  if (!filling) {
    return applyMore({ ...arrivedAt(state, folded), unwritten: undefined, report });
  }
  const told = { ...state, report, hasTried: true };
  if (!replay || state.now - replay.toldAt < tellEveryMs) return applyMore(told);
  return write({ ...told, replay: { ...replay, toldAt: state.now } });
}

function withFolded(
  state: WorkerState,
  { events, position, mark, parkedKeys, failure }: OutcomeOf<"applied">,
): WorkerState {
  const { replay, unwritten, refused } = state;
  // Read again from its mark, it may be a little behind what it knew
  const folded = reaches(position, state.folded) ? position : state.folded;
  const count = events?.count ?? 0;
  return {
    ...state,
    folded,
    foldedMark: mark ?? state.foldedMark,
    isQueued: false,
    parkedKeys,
    // Where there is no place for it, its row is tried again
    refused: failure ? undefined : refused,
    unwritten: unwritten ? { ...unwritten, count: unwritten.count + count } : events,
    replay: replay && { ...replay, events: replay.events + count, position: folded ?? replay.from },
  };
}

function quiet(state: WorkerState): WorkerState {
  const { stored, folded, foldedMark, saved, report } = state;
  const isNews = folded !== stored?.position || foldedMark?.id !== stored?.mark?.id ||
    report !== saved.report;
  if (!isNews && state.now - saved.at < heartbeatMs) {
    return { ...state, doing: { type: "look", at: stored! } };
  }
  const { filling } = stored!;
  const keeps = filling && state.holdsAll;
  return write(state, { to: foldedTo(state, filling), pauses: false, keeps });
}

function written(
  before: WorkerState,
  { from, to, report, pauses, keeps }: ActOf<"write">,
): WorkerState {
  const told = { ...before, report, saved: { report, at: before.now } };
  const pace = reaches(to.position, before.pace.carefulUntil) ? fullPace : before.pace;
  const replay = to.filling ? before.replay : undefined;
  const { refused } = before;
  const state = from === to ? told : {
    ...arrivedAt(told, to.position),
    refused: refused && !reaches(to.position, refused.position) ? refused : undefined,
    stored: to,
    unwritten: undefined,
    holdsAll: keeps,
    pace,
    replay,
  };
  if (pauses) return rest(state);
  // Now it may be read
  const isInDoubt = state.isUnsure && !to.filling;
  return isInDoubt ? goOn(state, { type: "prepare", anew: false }) : applyMore(state);
}

function arrivedAt(state: WorkerState, position: number | undefined): WorkerState {
  const failures = position === state.position ? state.failures : 0;
  return { ...state, position, failures, hasTried: true };
}
