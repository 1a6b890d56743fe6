import { machine, type View } from "@headwater/core";
import type { Sql } from "postgres";
import { countParked } from "./letter_table.ts";
import {
  type Generation,
  generationsOf,
  type GenerationStatus,
  type ProjectionState,
  type ReplayProgress,
  silentMs,
} from "./generation.ts";

/** What operators are told: what the worker of a generation is at, or what the generation is there for. */
export type ShownState = ProjectionState | "verifying" | "ready" | "retired";

/** One generation of a read model as operators see it. */
export type ProjectionStatus = {
  readonly service: string;
  readonly name: string;
  /** 1, 2, … ; null: there is none yet. */
  readonly generation: number | null;
  readonly state: ShownState;
  /** ISO 8601: since when it has been in this state; null: that is not known. */
  readonly since: string | null;
  readonly cause: string | null;
  /** Age of the oldest event that is not applied; 0 when there is none. */
  readonly lagMs: number;
  readonly caughtUp: boolean;
  /** Everything up to here is in the read model. */
  readonly position: number | null;
  /** Of the view that the table was made for. */
  readonly version: number;
  /** It was made from another log, or is read although it is of another version than this code has. */
  readonly needsRebuild: boolean;
  /** Whose rows lack events, which wait for an operator. */
  readonly parkedKeys: number;
  /** How far the building of its table is; null: it is not being built. */
  readonly progress: ReplayProgress | null;
  /** The process that applies events to it, by host and port where it has one; null: nobody does. */
  readonly owner: string | null;
};

/** A service's database and the read models in it. */
export type ProjectionDatabase = {
  readonly service: string;
  readonly sql: Sql;
  readonly views: readonly View[];
};

/**
 * The read models of all services as their workers have left word of them, in whatever processes they run.
 * `head` is the log's last position where that is known: it tells what a worker that does not run cannot know.
 */
export async function storedStatuses(
  databases: readonly ProjectionDatabase[],
  { head, now = Date.now }: {
    readonly head?: { readonly position: number | undefined };
    readonly now?: () => number;
  } = {},
): Promise<ProjectionStatus[]> {
  const statuses = await Promise.all(databases.map(async ({ service, sql, views }) => {
    try {
      const all = await generationsOf(sql);
      const parked = await countParked(sql);
      return views.flatMap((view) => {
        const found = all.filter(({ name }) => name === view.name);
        if (found.length === 0) {
          return [unknownStatus(view, { service, cause: "Its service has not run here yet" })];
        }
        return found.map((stored) => ({
          ...statusOf(stored, { service, view, head, now: now() }),
          parkedKeys: parked.find(({ name, generation }) =>
            name === stored.name && generation === stored.generation
          )?.keys ?? 0,
        }));
      });
    } catch (error) {
      // One database that is away must not hide the others.
      return views.map((view) => unknownStatus(view, { service, cause: machine.messageOf(error) }));
    }
  }));
  return statuses.flat();
}

function statusOf(
  stored: Generation,
  { service, view, head, now }: {
    readonly service: string;
    readonly view: View;
    readonly head: { readonly position: number | undefined } | undefined;
    readonly now: number;
  },
): ProjectionStatus {
  const { name, generation, state, status, cause, position, version, updatedAt, owner } = stored;
  // Where somebody has the lease, clocks differ, or it does what takes long
  const isSilent = stored.isFree && now - updatedAt > silentMs;
  const isBehindHead = head?.position !== undefined && (position ?? -1) < head.position;
  const isRunning = !isSilent && state !== "stopped";
  const isOfOtherLog = state === "other-log";
  const mayBeThere = state !== "building" && !isOfOtherLog;
  const caughtUp = head ? mayBeThere && !isBehindHead : stored.caughtUp && isRunning;
  // Since when, at the earliest, something may be there that it does not have.
  const behindSince = stored.behindSince ?? (isSilent ? updatedAt : now);
  return {
    service,
    name,
    generation,
    state: isSilent ? "stopped" : shownState(state, status),
    since: new Date(isSilent ? updatedAt : stored.since).toISOString(),
    cause: cause ?? noteOf(stored),
    lagMs: caughtUp ? 0 : lagMs(behindSince, now),
    caughtUp,
    position,
    version,
    needsRebuild: status === "live" && version < view.version ||
      status !== "retired" && isOfOtherLog,
    parkedKeys: 0,
    progress: status === "building" ? stored.replay : null,
    owner: stored.isFree ? null : owner,
  };
}

/** What operators should know of a generation that waits for them. */
function noteOf({ status, verdict }: Generation): string | null {
  if (status !== "ready" || !verdict || verdict.differing === 0) return null;
  return `${verdict.differing} rows differ from those that are read`;
}

/** What a worker is at, unless all is well and the generation is not the one that is read. */
export function shownState(state: ProjectionState, status?: GenerationStatus): ShownState {
  if (state === "building" && status === "verifying") return "verifying";
  const isWell = state === "live" || state === "catching-up";
  return isWell && (status === "ready" || status === "retired") ? status : state;
}

function unknownStatus(view: View, at: { service: string; cause: string }): ProjectionStatus {
  const nothing = {
    since: null,
    lagMs: 0,
    caughtUp: false,
    position: null,
    owner: null,
    progress: null,
  };
  return {
    ...nothing,
    ...at,
    name: view.name,
    generation: null,
    state: "stopped",
    version: view.version,
    needsRebuild: false,
    parkedKeys: 0,
  };
}

/** Age of the oldest event that is not applied, where there is one. */
export function lagMs(behindSince: number | string | undefined, now: number): number {
  if (behindSince === undefined) return 0;
  return Math.max(0, Math.round(now - new Date(behindSince).getTime()));
}
