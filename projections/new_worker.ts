import { fullPace, type Happened, type WorkedView, type WorkerState } from "./worker_state.ts";

/** A worker as it begins; times as for `Happened`. */
export function newWorker(
  view: WorkedView,
  { at: now, clock }: Pick<Happened, "at" | "clock">,
): WorkerState {
  return {
    view,
    now,
    clock,
    doing: { type: "prepare" },
    report: {
      state: "starting",
      cause: undefined,
      since: new Date(now).toISOString(),
      caughtUp: false,
      behindSince: undefined,
    },
    stored: undefined,
    isOwner: false,
    switches: false,
    bound: undefined,
    remembered: undefined,
    triedSwitchAt: -Infinity,
    position: undefined,
    folded: undefined,
    foldedMark: undefined,
    unwritten: undefined,
    appliedAt: clock,
    holdsAll: false,
    isUnsure: false,
    saved: { report: undefined, at: -Infinity },
    replay: undefined,
    isQueued: false,
    pace: fullPace,
    refused: undefined,
    parkedKeys: 0,
    areDue: false,
    isTurnOfLog: false,
    failures: 0,
    waiting: [],
    hasTried: false,
    wasLive: false,
    isLost: false,
    isLeaving: false,
    isStopping: false,
  };
}
