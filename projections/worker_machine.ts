import { type GenerationStatus, isFilling } from "./generation.ts";
import { answerTo, lastWord, levelOf } from "./worker_answers.ts";
import { applyMore, ended, foldedTo, goOn, reportOf, rest, write } from "./worker_moves.ts";
import { compared, prepared, remembered, seen, subscribed } from "./worker_beginnings.ts";
import { failed } from "./worker_failed.ts";
import { progressed, queued } from "./worker_replay.ts";
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
/** A log that has nothing for so long does not reach what the live generation has read. */
const outOfReachMs = 10_000;
/** How often progress is written down while no rows change. */
const saveEveryMs = 1_000;
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
  const state = step({ ...before, now: happened.at, clock: happened.clock }, happened);
  const todo: Todo[] = [];
  if (state.isStopping !== before.isStopping || (state.isLost && !before.isLost)) {
    todo.push({ type: "interrupt" });
  }
  const { report, doing } = state;
  if (report.state !== before.report.state || report.cause !== before.report.cause) {
    // What another process does, that one says
    const level = state.isOwner || report.cause !== undefined ? levelOf(state) : "debug";
    todo.push({ type: "log", level, before: before.report, report });
  }
  const waiting = state.waiting.filter((waiter) => {
    const answer = answerTo(state, waiter) ?? lastWord(state, { happened, waiter });
    if (answer) todo.push({ type: "answer", id: waiter.id, answer });
    return !answer;
  });
  if (doing?.type === "watch" && !doing.isUrgent && waiting.length > 0) {
    todo.push({ type: "hurry" });
    return { state: { ...state, waiting, doing: { ...doing, isUrgent: true } }, todo };
  }
  const wasLive = state.wasLive || report.state === "live";
  return { state: { ...state, waiting, wasLive }, todo };
}

function step(state: WorkerState, happened: Happened): WorkerState {
  switch (happened.type) {
    case "asked":
      return { ...state, waiting: [...state.waiting, happened] };
    case "late":
      return state;
    case "progressed":
      return progressed(state, happened);
    case "stop":
      return { ...state, isStopping: true };
    case "release":
      return { ...state, isLeaving: state.isOwner };
    case "disconnected":
      return disconnected(state);
    default:
      return cameOut(state, happened);
  }
}

/** What was read or written before cannot be trusted until it was read again. */
function disconnected(state: WorkerState): WorkerState {
  const { stored, doing, isStopping } = state;
  if (!doing || isStopping || !stored) return state;
  // Nobody is shown a table that is being filled: it may go on, until it is
  return { ...state, isUnsure: true, isLost: state.isLost || !isFilling(stored) };
}

function cameOut(state: WorkerState, came: Outcome): WorkerState {
  const { doing } = state;
  // It has said its last word.
  if (state.isStopping && doing?.type === "write" && doing.leaves) return ended(state);
  if (state.isLost) return goOn(state, { type: "prepare" });
  switch (came.type) {
    case "prepared":
      return prepared(state, came);
    case "seen":
      return seen(state, came);
    case "subscribed":
      return subscribed(state, came);
    case "applied":
      return applied(state, came);
    case "quiet":
      if (state.isStopping || doing?.type === "apply" && !doing.waits) return applyMore(state);
      return quiet(queued(state, came));
    case "moved":
      return moved(state, came);
    case "remembered":
      return remembered(state, came);
    case "compared":
      return compared(state, came);
    case "switched": {
      if (!came.isSwitched) return applyMore(state);
      return applyMore({ ...state, switches: false, stored: { ...state.stored!, status: "live" } });
    }
    case "failed":
      return failed(state, came);
    case "retried":
      return applyMore({ ...state, parkedKeys: came.parkedKeys, areDue: came.areDue });
    case "done":
      return done(came.areDue ? { ...state, areDue: true } : state, came);
  }
}

function done(before: WorkerState, { status }: OutcomeOf<"done">): WorkerState {
  const { doing, stored } = before;
  if (doing?.type === "write") {
    return written(before, { ...doing, status: status ?? doing.to.status });
  }
  if (doing?.type !== "look") return goOn(before, { type: "prepare" });
  return applyMore({ ...before, stored: { ...stored!, status: status ?? stored!.status } });
}

function moved(before: WorkerState, { isGone = false }: OutcomeOf<"moved">): WorkerState {
  // Nobody is shown the table that is made in its place before it is known what that is
  const state = isGone ? { ...before, stored: undefined } : before;
  const { doing } = state;
  if (doing?.type === "write" && doing.pauses) return rest({ ...state, isLeaving: false });
  return goOn({ ...state, failures: 0, isOwner: false }, { type: "prepare" });
}

function applied(before: WorkerState, came: OutcomeOf<"applied">): WorkerState {
  const { caughtUp, failure } = came;
  const state = withFolded(before, came);
  const { status } = state.stored!;
  const filling = isFilling({ status });
  if (failure) {
    const report = reportOf(state, { ...failure, state: "failing", caughtUp: false });
    return write({ ...state, report }, { to: foldedTo(state, status) });
  }
  const { replay, folded, bound } = state;
  const wasLive = state.report.state === "live";
  const isAtBound = bound !== undefined && reaches(folded, bound);
  const isFilled = !filling ||
    bound === undefined && (caughtUp || replay && reaches(folded, replay.target));
  const report = reportOf(state, {
    state: !isFilled ? "building" : caughtUp || wasLive ? "live" : "catching-up",
    cause: undefined,
    caughtUp,
    behindSince: caughtUp ? undefined : came.recordedAt ?? state.report.behindSince,
  });
  const bytes = came.bytes * came.rows / Math.max(came.changes, 1);
  const mayHold = !isFilled && came.rows < heldRows && bytes < heldBytes;
  const isSmall = came.changes < batchRows && came.bytes < batchBytes;
  const mayWait = filling
    ? mayHold && isSmall && !isAtBound && state.pace === fullPace
    : wasLive && came.changes === 0 && state.clock - state.saved.at < saveEveryMs;
  if (!mayWait) {
    const after = filling && isFilled ? "live" : isAtBound ? "verifying" : status;
    return write(state, {
      to: foldedTo(state, after),
      report,
      keeps: mayHold && state.holdsAll,
    });
  }
  if (!filling) {
    return applyMore({ ...arrivedAt(state, folded), unwritten: undefined, report });
  }
  const told = { ...state, report, hasTried: true };
  if (!replay || state.clock - replay.toldAt < tellEveryMs) return applyMore(told);
  return write({ ...told, replay: { ...replay, toldAt: state.clock } });
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
    appliedAt: state.clock,
    unwritten: unwritten ? { ...unwritten, count: unwritten.count + count } : events,
    replay: replay && { ...replay, events: replay.events + count, position: folded ?? replay.from },
  };
}

/** The live generation is of another log, or of a part of it that is lost. */
function isOutOfReach({ bound, stored, folded, clock, appliedAt, isQueued }: WorkerState): boolean {
  return bound !== undefined && !isQueued && stored?.position === folded &&
    clock - appliedAt > outOfReachMs;
}

function quiet(state: WorkerState): WorkerState {
  const { stored, folded, foldedMark, saved, report } = state;
  const isNews = folded !== stored?.position || foldedMark?.id !== stored?.mark?.id ||
    report !== saved.report;
  if (isOutOfReach(state)) {
    const note = "the one before has read further than the log reaches";
    return goOn(state, { type: "compare", before: { note }, at: stored! });
  }
  if (!isNews) return { ...state, doing: { type: "look", at: stored! } };
  const { status } = stored!;
  const keeps = isFilling({ status }) && state.holdsAll;
  return write(state, { to: foldedTo(state, status), pauses: false, keeps });
}

function written(
  before: WorkerState,
  { from, to, report, pauses, keeps, leaves, status }: ActOf<"write"> & {
    readonly status: GenerationStatus;
  },
): WorkerState {
  const told = { ...before, report, saved: { report, at: before.clock } };
  const pace = reaches(to.position, before.pace.carefulUntil) ? fullPace : before.pace;
  const isFilled = !isFilling({ status });
  const replay = isFilled ? undefined : before.replay;
  const stored = { ...to, status };
  const { refused } = before;
  const state: WorkerState = from === to ? { ...told, stored } : {
    ...arrivedAt(told, to.position),
    refused: refused && !reaches(to.position, refused.position) ? refused : undefined,
    stored,
    unwritten: undefined,
    holdsAll: keeps,
    pace,
    replay,
  };
  if (leaves) {
    return goOn({ ...state, isOwner: false, isLeaving: false }, { type: "watch", isUrgent: false });
  }
  if (pauses) return rest(state);
  // Now it may be read
  return state.isUnsure && isFilled ? goOn(state, { type: "prepare" }) : applyMore(state);
}

function arrivedAt(state: WorkerState, position: number | undefined): WorkerState {
  const failures = position === state.position ? state.failures : 0;
  return { ...state, position, failures, hasTried: true };
}
