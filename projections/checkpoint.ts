import { eventLog } from "@headwater/core";
import type { Fragment, ISql } from "postgres";
import { answered } from "./answered.ts";
import { isMissingTable } from "./failure.ts";

// deno-lint-ignore ban-types -- the connection's own custom types are of no concern here
export type Queryable = ISql<{}>;

/** What the worker of a read model is at. */
export type ProjectionState =
  /** The table and its checkpoint were not looked at yet. */
  | "starting"
  /** The table is filled from the log's first event, and must not be read. */
  | "rebuilding"
  | "catching-up"
  | "live"
  /** PostgreSQL or the log is away; goes on by itself. */
  | "waiting"
  /** An event could not be applied; is tried again. */
  | "failing"
  /** The log is not the one that the table was filled from: it stands still until it is rebuilt, or that log is back. */
  | "other-log"
  /** No worker has been heard of lately. */
  | "stopped";

/** Where a read model stands, as the table has it. */
export type Checkpoint = {
  /** Everything up to here is in the read model; undefined: nothing yet. */
  readonly position: number | undefined;
  /** By what that place in the log is known again; undefined: by its position alone, as earlier releases left it. */
  readonly mark: eventLog.LogMark | undefined;
  /** The version of the view that the table was made for. */
  readonly version: number;
  /** Grows with every reset: what was folded before one must not be written after it. */
  readonly epoch: number;
  /** The table is filled from the log's first event, and must not be read. */
  readonly filling: boolean;
};

/** As its worker left it. */
export type LoadedCheckpoint = Checkpoint & {
  /** Why it stands still: the log was another one. */
  readonly stranded?: string;
};

/** What a worker tells operators, in other processes too. */
export type WorkerReport = {
  readonly state: ProjectionState;
  readonly cause: string | undefined;
  /** ISO 8601: since when it has been in this state. */
  readonly since: string;
  readonly caughtUp: boolean;
  /** When the oldest event was recorded that is not applied; undefined when there is none. */
  readonly behindSince: string | undefined;
};

/** How far a rebuild is; positions. */
export type ReplayProgress = {
  readonly replayed: number;
  readonly target: number;
  readonly eventsPerSecond: number;
};

export type CheckpointMove = {
  readonly name: string;
  readonly from: Checkpoint;
  readonly to: Checkpoint;
  readonly report: WorkerReport;
  readonly replay: ReplayProgress | undefined;
};

export const checkpointTable = `
  create table if not exists projection_checkpoint (
    name text primary key,
    version integer not null,
    epoch integer not null default 0,
    position bigint,
    mark text,
    filling boolean not null default true,
    state text not null default 'rebuilding',
    cause text,
    since timestamptz not null default now(),
    caught_up boolean not null default false,
    behind_since timestamptz,
    replayed bigint,
    target bigint,
    events_per_second double precision,
    updated_at timestamptz not null default now()
  )`;

/** A checkpoint with what its worker has last told; times are milliseconds since 1970. */
export type StoredCheckpoint = Omit<Checkpoint, "position" | "mark"> & {
  readonly name: string;
  readonly position: number | null;
  /** `eventLog.markText`. */
  readonly mark: string | null;
  readonly state: ProjectionState;
  readonly cause: string | null;
  readonly caughtUp: boolean;
  readonly since: number;
  readonly behindSince: number | null;
  readonly replay: ReplayProgress | null;
  readonly updatedAt: number;
};

/** Three heartbeats of a worker: who has said nothing for so long does not run. */
export const silentMs = 15_000;

/** All checkpoints of a database, or the one of a name; none where no read model was ever prepared. */
export async function storedCheckpoints(
  sql: Queryable,
  name: string | null = null,
): Promise<readonly StoredCheckpoint[]> {
  try {
    return await answered(() =>
      sql<StoredCheckpoint[]>`
        select name, version, epoch, position::float8 as position, filling, state, cause,
          -- Earlier releases made the table without it
          to_jsonb(projection_checkpoint) ->> 'mark' as mark,
          caught_up as "caughtUp", (extract(epoch from since) * 1000)::float8 as since,
          (extract(epoch from behind_since) * 1000)::float8 as "behindSince",
          (extract(epoch from updated_at) * 1000)::float8 as "updatedAt",
          case when target is not null then json_build_object('replayed', replayed,
            'target', target, 'eventsPerSecond', events_per_second) end as replay
        from projection_checkpoint
        where ${name}::text is null or name = ${name}`
    );
  } catch (error) {
    if (isMissingTable(error)) return [];
    throw error;
  }
}

/** Undefined when the read model was never prepared, or its checkpoint was dropped. */
export async function loadCheckpoint(
  sql: Queryable,
  name: string,
): Promise<LoadedCheckpoint | undefined> {
  const [found] = await storedCheckpoints(sql, name);
  if (!found) return undefined;
  const { version, epoch, filling, state, cause } = found;
  const position = found.position ?? undefined;
  const mark = eventLog.markOf(found.mark, position);
  const checkpoint = { position, mark, version, epoch, filling };
  return state === "other-log" && cause !== null ? { ...checkpoint, stranded: cause } : checkpoint;
}

/** True while a statement moves the checkpoint, however long it takes: it says nothing before its end. */
export async function isBeingMoved(sql: Queryable, name: string): Promise<boolean> {
  try {
    await answered(() =>
      sql`select 1 from projection_checkpoint where name = ${name} for no key update nowait`
    );
    return false;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === lockNotAvailable) return true;
    throw error;
  }
}

/** PostgreSQL's code where somebody else has the lock. */
const lockNotAvailable = "55P03";

/**
 * Moves a checkpoint on, as a part of a statement or alone: yields no row when it is not where `from` says, which
 * means that somebody else moved or reset it.
 *
 * Its transaction need not reach the disk before it is acknowledged. A crash of PostgreSQL may take back the last
 * ones, rows and checkpoint together, and they are done again from the log.
 */
export function moveCheckpoint(
  sql: Queryable,
  { name, from, to, report, replay }: CheckpointMove,
): Fragment {
  return sql`
    update projection_checkpoint
    set position = ${to.position ?? null}::bigint,
        mark = ${eventLog.markText(to.mark, to.position)}, filling = ${to.filling},
        state = ${report.state}, cause = ${report.cause ?? null},
        since = ${report.since}::text::timestamptz, caught_up = ${report.caughtUp},
        behind_since = ${report.behindSince ?? null}::text::timestamptz,
        replayed = ${replay?.replayed ?? null}::bigint, target = ${replay?.target ?? null}::bigint,
        events_per_second = ${replay?.eventsPerSecond ?? null}::float8, updated_at = now()
    where name = ${name} and epoch = ${from.epoch}
      and position is not distinct from ${from.position ?? null}::bigint
    returning set_config('synchronous_commit', 'off', true)`;
}
