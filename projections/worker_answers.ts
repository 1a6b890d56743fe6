import type { ReadModelState } from "./worker_state.ts";
import { Unavailable } from "@headwater/core";
import { isFilling, type ReplayProgress } from "./generation.ts";
import { lagMs, type ProjectionStatus, shownState } from "./projection_status.ts";
import { grouped, parkedText } from "./status_table.ts";
import { type Happened, reaches, type Waiter, type WorkerState } from "./worker_state.ts";

/** Requests that wait for one view: each holds memory, and a connection of whoever asks. */
export const mostWaiting = 512;

/** For operators, as this process knows it. */
export function statusOf(
  state: WorkerState,
  { service, now, owner }: {
    readonly service: string;
    readonly now: number;
    readonly owner: string;
  },
): ProjectionStatus {
  const { view, stored, report, position, isOwner, parkedKeys } = state;
  return {
    service,
    name: view.name,
    generation: view.generation,
    state: shownState(report.state, stored?.status),
    since: report.since,
    cause: report.cause ?? null,
    lagMs: lagMs(report.behindSince, now),
    caughtUp: report.caughtUp,
    position: position ?? null,
    version: view.version,
    needsRebuild: report.state === "other-log" && stored?.status !== "retired",
    parkedKeys,
    progress: (stored?.status === "building" && progressOf(state)) || null,
    owner: isOwner ? owner : null,
  };
}

/** Why the read model does not follow the log, or has not yet caught up since the start; undefined: it is healthy. */
export function illness(state: WorkerState): string | undefined {
  const { view, report, wasLive, isStopping } = state;
  if (report.cause !== undefined) return report.cause;
  if (isStopping) return `The read model "${view.name}" is stopped`;
  if (wasLive) return undefined;
  return [`The read model "${view.name}" is ${report.state}`, ...progressText(state)].join(": ");
}

/**
 * A warning where keys are parked. Throws what is wrong with it. `follows`: the read model has caught up since the start,
 * as another generation, whose place is taken only by one that has all that it had.
 */
export function healthOf(
  state: WorkerState,
  { follows = false } = {},
): { readonly warning?: string } {
  const { stored } = state;
  const wasLive = state.wasLive || follows && stored !== undefined && !isFilling(stored);
  const problem = illness({ ...state, wasLive });
  if (problem !== undefined) throw new Error(problem);
  const { view, parkedKeys } = state;
  if (parkedKeys === 0) return {};
  const warning = `The read model "${view.name}" has ${
    parkedText(parkedKeys)
  }: events wait that it cannot take (projections letters list)`;
  return { warning };
}

/** How far a rebuild is, for people; nothing where there is none. */
function progressText(state: WorkerState): string[] {
  const progress = progressOf(state);
  if (!progress) return [];
  const { replayed, target, eventsPerSecond } = progress;
  if (state.isQueued) return ["others are filled first"];
  const percent = Math.floor(100 * replayed / Math.max(target, 1));
  if (eventsPerSecond === 0) return [`${percent} %`];
  return [
    `${percent} % at ${grouped(eventsPerSecond)} events/s, about ${secondsLeft(state)} s left`,
  ];
}

/** What a reader is told who wants to see a position; undefined: it must wait. */
export function answerTo(
  state: WorkerState,
  { position }: Pick<Waiter, "position">,
): ReadModelState | Unavailable | "elsewhere" | undefined {
  const { view, stored, report } = state;
  if (state.isStopping) {
    return new Unavailable(`Cannot wait for "${view.name}": the process is stopping`);
  }
  if (!state.doing) return "elsewhere";
  if (!stored) return undefined;
  if (report.state === "other-log") {
    return new Unavailable(`Cannot read "${view.name}": ${report.cause}`, {
      code: "read-model-outdated",
    });
  }
  if (isFilling(stored)) return beingRebuilt(state);
  if (stored.status !== "live") return "elsewhere";
  // Who wants to see what was there before a crash must not be shown what it has left
  if (state.isUnsure && position !== undefined) return undefined;
  return reaches(state.position, position)
    ? { position: state.position, reached: true }
    : undefined;
}

/** What somebody is told who has waited for long enough, or comes where too many wait; undefined: it must wait. */
export function lastWord(
  state: WorkerState,
  { happened, waiter }: { readonly happened: Happened; readonly waiter: Waiter },
): ReadModelState | Unavailable | undefined {
  if (!("id" in happened) || happened.id !== waiter.id) return undefined;
  if (happened.type === "late") return lateAnswer(state);
  if (state.waiting.length <= mostWaiting) return undefined;
  return new Unavailable(
    `Cannot wait for "${state.view.name}": ${mostWaiting} requests do, and no more may`,
    { code: "overloaded" },
  );
}

function lateAnswer({ view, stored, position }: WorkerState): ReadModelState | Unavailable {
  if (stored) return { position, reached: false };
  return new Unavailable(`Cannot read "${view.name}": its state is not known yet`, {
    code: "read-model-unavailable",
  });
}

function beingRebuilt(state: WorkerState): Unavailable {
  return new Unavailable(`Cannot read "${state.view.name}": it is being rebuilt`, {
    code: "read-model-rebuilding",
    retryAfter: Math.min(60, secondsLeft(state)),
  });
}

/** It was replaced, and the release that could go back to it runs nowhere: as it is after a release. */
export function isLeftBehind({ report, stored }: WorkerState): boolean {
  return report.state === "no-owner" && stored?.status === "retired";
}

/** How loud the log is told how it is. */
export function levelOf(state: WorkerState): "error" | "warn" | "info" {
  const { report } = state;
  if (report.state === "failing" || report.state === "other-log") return "error";
  if (isLeftBehind(state)) return "info";
  return report.state === "waiting" || report.state === "no-owner" ? "warn" : "info";
}

/** How far a rebuild is, and how fast. */
export function progressOf({ replay, clock }: WorkerState): ReplayProgress | undefined {
  if (!replay) return undefined;
  const { target, events, position, startedAt } = replay;
  const seconds = Math.max(clock - startedAt, 1) / 1_000;
  return { replayed: position, target, eventsPerSecond: Math.round(events / seconds) };
}

/** Until a rebuild is done, at least 1; as a share of the way that it has gone since it began, or was gone on with. */
function secondsLeft({ replay, clock }: WorkerState): number {
  if (!replay || replay.position <= replay.from) return 1;
  const { from, position, target, startedAt } = replay;
  const seconds = (clock - startedAt) / 1_000;
  return Math.max(1, Math.ceil(seconds * (target - position) / (position - from)));
}
