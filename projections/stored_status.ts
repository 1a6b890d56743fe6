import type { View } from "@headwater/core";
import type { Sql } from "postgres";
import { answered } from "./answered.ts";
import type { ProjectionState } from "./checkpoint.ts";
import { isMissingTable, messageOf } from "./failure.ts";
import type { ProjectionStatus } from "./projection_status.ts";

/** A service's database and the read models in it. */
export type ProjectionDatabase = {
  readonly service: string;
  readonly sql: Sql;
  readonly views: readonly View[];
};

/** Three heartbeats of a worker. */
const silentMs = 15_000;

type StoredRow = {
  readonly name: string;
  readonly state: ProjectionState;
  readonly cause: string | null;
  readonly version: number;
  readonly position: number | null;
  readonly caught_up: boolean;
  readonly since_ms: number;
  readonly updated_ms: number;
  readonly behind_since_ms: number | null;
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
      const rows = new Map((await storedRows(sql)).map((row) => [row.name, row]));
      return views.map((view) => statusOf(view, { service, row: rows.get(view.name), head, now }));
    } catch (error) {
      // One database that is away must not hide the others.
      return views.map((view) => unknownStatus(view, { service, cause: messageOf(error) }));
    }
  }));
  return statuses.flat();
}

async function storedRows(sql: Sql): Promise<StoredRow[]> {
  try {
    return await answered(() =>
      sql<StoredRow[]>`
      select name, state, cause, version, caught_up, position::float8 as position,
             (extract(epoch from since) * 1000)::float8 as since_ms,
             (extract(epoch from updated_at) * 1000)::float8 as updated_ms,
             (extract(epoch from behind_since) * 1000)::float8 as behind_since_ms
      from projection_checkpoint`
    );
  } catch (error) {
    if (isMissingTable(error)) return [];
    throw error;
  }
}

function statusOf(
  view: View,
  { service, row, head, now }: {
    readonly service: string;
    readonly row: StoredRow | undefined;
    readonly head: { readonly position: number | undefined } | undefined;
    readonly now: () => number;
  },
): ProjectionStatus {
  if (!row) return unknownStatus(view, { service, cause: "Its service has not run here yet" });
  const isSilent = now() - row.updated_ms > silentMs;
  const isBehindHead = head?.position !== undefined && (row.position ?? -1) < head.position;
  const isRunning = !isSilent && row.state !== "stopped";
  const caughtUp = head ? row.state !== "rebuilding" && !isBehindHead : row.caught_up && isRunning;
  // Since when, at the earliest, something may be there that it does not have.
  const behindSince = row.behind_since_ms ?? (isSilent ? row.updated_ms : now());
  return {
    service,
    name: view.name,
    state: isSilent ? "stopped" : row.state,
    since: new Date(isSilent ? row.updated_ms : row.since_ms).toISOString(),
    cause: row.cause,
    lagMs: caughtUp ? 0 : Math.max(0, Math.round(now() - behindSince)),
    caughtUp,
    position: row.position,
    version: row.version,
    needsRebuild: row.version !== view.version,
    parkedKeys: 0,
  };
}

function unknownStatus(
  view: View,
  { service, cause }: { readonly service: string; readonly cause: string },
): ProjectionStatus {
  return {
    service,
    name: view.name,
    state: "stopped",
    since: null,
    cause,
    lagMs: 0,
    caughtUp: false,
    position: null,
    version: view.version,
    needsRebuild: false,
    parkedKeys: 0,
  };
}
