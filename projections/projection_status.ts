import type { View } from "@headwater/core";
import type { Sql } from "postgres";
import {
  type ProjectionState,
  silentMs,
  type StoredCheckpoint,
  storedCheckpoints,
} from "./checkpoint.ts";
import { messageOf } from "./failure.ts";
import { countParked } from "./letter_table.ts";

/** One read model as operators see it. */
export type ProjectionStatus = {
  readonly service: string;
  readonly name: string;
  readonly state: ProjectionState;
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
  /** The table was made for another version of the view than this code has, or from another log. */
  readonly needsRebuild: boolean;
  /** Whose rows lack events, which wait for an operator. */
  readonly parkedKeys: number;
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
      const all = new Map((await storedCheckpoints(sql)).map((stored) => [stored.name, stored]));
      const parked = await countParked(sql);
      return views.map((view) => {
        const unknown = unknownStatus(view, { service, cause: "Its service has not run here yet" });
        const stored = all.get(view.name);
        if (!stored) return unknown;
        const parkedKeys = parked.get(view.name) ?? 0;
        return { ...unknown, ...statusOf(stored, { view, head, now: now() }), parkedKeys };
      });
    } catch (error) {
      // One database that is away must not hide the others.
      return views.map((view) => unknownStatus(view, { service, cause: messageOf(error) }));
    }
  }));
  return statuses.flat();
}

function statusOf(
  stored: StoredCheckpoint,
  { view, head, now }: {
    readonly view: View;
    readonly head: { readonly position: number | undefined } | undefined;
    readonly now: number;
  },
): Partial<ProjectionStatus> {
  const { state, cause, position, version, updatedAt } = stored;
  const isSilent = now - updatedAt > silentMs;
  const isBehindHead = head?.position !== undefined && (position ?? -1) < head.position;
  const isRunning = !isSilent && state !== "stopped";
  const isOfOtherLog = state === "other-log";
  const mayBeThere = state !== "rebuilding" && !isOfOtherLog;
  const caughtUp = head ? mayBeThere && !isBehindHead : stored.caughtUp && isRunning;
  // Since when, at the earliest, something may be there that it does not have.
  const behindSince = stored.behindSince ?? (isSilent ? updatedAt : now);
  return {
    state: isSilent ? "stopped" : state,
    since: new Date(isSilent ? updatedAt : stored.since).toISOString(),
    cause,
    lagMs: caughtUp ? 0 : lagMs(behindSince, now),
    caughtUp,
    position,
    version,
    needsRebuild: version !== view.version || isOfOtherLog,
  };
}

function unknownStatus(view: View, at: { service: string; cause: string }): ProjectionStatus {
  const nothing = { since: null, lagMs: 0, caughtUp: false, position: null };
  return {
    ...nothing,
    ...at,
    name: view.name,
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
