import { eventLog, type View } from "@headwater/core";
import type { ISql } from "postgres";
import { answered } from "./answered.ts";
import { ifThere } from "./if_there.ts";

// deno-lint-ignore ban-types -- the connection's own custom types are of no concern here
export type Queryable = ISql<{}>;

/** What the worker of a read model is at. */
export type ProjectionState =
  /** Its table and its checkpoint were not looked at yet. */
  | "starting"
  /** The table is filled from the log's first event. */
  | "building"
  | "catching-up"
  | "live"
  /** PostgreSQL or the log is away; goes on by itself. */
  | "waiting"
  /** An event could not be applied; is tried again. */
  | "failing"
  /** The log is not the one that the table was filled from: it stands still until it is rebuilt, or that log is back. */
  | "other-log"
  /** No process runs the release that it is of. */
  | "no-owner"
  /** No worker has been heard of lately. */
  | "stopped";

/**
 * The life of a generation of a read model. It is filled (`building`), compared with the one that is read (`verifying`),
 * waits to take its place (`ready`), is what the read model's name leads to (`live`), follows the log for a while so
 * that it can be gone back to (`retired`), and is remembered without its table (`dropped`).
 */
export type GenerationStatus = "building" | "verifying" | "ready" | "live" | "retired" | "dropped";

/** An expression: a generation is being built, or waits to be read; of a read model there is one at most. */
export const isCandidate = "status in ('building', 'verifying', 'ready')";

/** The cause of a dropped generation that is not to be made again by itself while another one is read. */
export const droppedByOperators = "it was dropped";

/** Where a generation stands, as the table has it. */
export type Checkpoint = {
  /** Everything up to here is in the table; undefined: nothing yet. */
  readonly position: number | undefined;
  /** By what that place in the log is known again; undefined: by its position alone, as earlier releases left it. */
  readonly mark: eventLog.LogMark | undefined;
  /** Grows with every owner: what one has folded must not be written after another has begun. */
  readonly epoch: number;
  readonly status: GenerationStatus;
};

/** True until the table has all that was there as its filling began: nobody reads it. */
export function isFilling({ status }: Pick<Checkpoint, "status">): boolean {
  return status === "building" || status === "verifying";
}

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

/** How a generation compares with the one that was read as it was built. */
export type Verdict = {
  /** Of the generation that was read, as both were compared; null: they were not. */
  readonly position: number | null;
  /** Rows that differ, or are in one of them alone. */
  readonly differing: number;
  /** The first of them. */
  readonly examples: readonly {
    readonly key: string;
    readonly before: unknown;
    readonly after: unknown;
    /** Of the view's own `verify`. */
    readonly objection?: string;
  }[];
  /** Why they were not compared, or how. */
  readonly note: string | null;
};

/** A row of the table of generations; times are milliseconds since 1970. */
export type Generation = {
  readonly name: string;
  readonly generation: number;
  readonly version: number;
  readonly fingerprint: string;
  readonly definition: View["definition"];
  readonly status: GenerationStatus;
  /** Takes the place of the live one by itself as soon as it is ready. */
  readonly switches: boolean;
  readonly verdict: Verdict | null;
  readonly epoch: number;
  readonly position: number | null;
  /** `eventLog.markText`. */
  readonly mark: string | null;
  readonly state: ProjectionState;
  readonly cause: string | null;
  readonly caughtUp: boolean;
  readonly since: number;
  readonly behindSince: number | null;
  readonly replay: ReplayProgress | null;
  /** The process that has the lease, or had it last. */
  readonly owner: string | null;
  /** Nobody has the lease: whoever can may take it. */
  readonly isFree: boolean;
  readonly retiredAt: number | null;
  readonly updatedAt: number;
};

/** Who has neither kept its lease nor said anything for so long does not run. */
export const silentMs = 15_000;

export const generationTable = `
  create table if not exists projection_generation (
    name text not null,
    generation integer not null,
    version integer not null,
    fingerprint text not null,
    definition jsonb not null,
    status text not null,
    switches boolean not null default true,
    verdict jsonb,
    epoch integer not null default 0,
    position bigint,
    mark text,
    state text not null default 'building',
    cause text,
    since timestamptz not null default now(),
    caught_up boolean not null default false,
    behind_since timestamptz,
    replayed bigint,
    target bigint,
    events_per_second double precision,
    owner text,
    lease_until timestamptz,
    retired_at timestamptz,
    updated_at timestamptz not null default now(),
    primary key (name, generation)
  );
  create unique index if not exists projection_generation_live
    on projection_generation (name) where status = 'live';
  create unique index if not exists projection_generation_candidate
    on projection_generation (name) where ${isCandidate}`;

/** What a generation is read as; of a table that is called `projection_generation`. */
export const generationColumns = `
  name, generation, version, fingerprint, definition, status, switches, verdict,
  epoch, position::float8 as position, mark, state, cause, caught_up as "caughtUp",
  (extract(epoch from since) * 1000)::float8 as since,
  (extract(epoch from behind_since) * 1000)::float8 as "behindSince",
  (extract(epoch from updated_at) * 1000)::float8 as "updatedAt",
  (extract(epoch from retired_at) * 1000)::float8 as "retiredAt",
  case when target is not null then json_build_object('replayed', replayed,
    'target', target, 'eventsPerSecond', events_per_second) end as replay,
  owner, owner is null or lease_until < clock_timestamp() as "isFree"`;

/** The generations that a database has, of all read models or of one; none where no read model was ever prepared. */
export async function generationsOf(
  sql: Queryable,
  name: string | null = null,
): Promise<readonly Generation[]> {
  return await ifThere(() =>
    sql<Generation[]>`
      select ${sql.unsafe(generationColumns)} from projection_generation
      where (${name}::text is null or name = ${name}) and status <> 'dropped'
      order by name, generation`
  );
}

export function checkpointOf({ position, mark, epoch, status }: Generation): Checkpoint {
  const reached = position ?? undefined;
  return { position: reached, mark: eventLog.markOf(mark, reached), epoch, status };
}

export function reportOfGeneration(
  { state, cause, since, caughtUp, behindSince }: Generation,
): WorkerReport {
  return {
    state,
    cause: cause ?? undefined,
    since: new Date(since).toISOString(),
    caughtUp,
    behindSince: behindSince === null ? undefined : new Date(behindSince).toISOString(),
  };
}

/** True while a statement moves the checkpoint, however long it takes: it says nothing before its end. */
export async function isBeingMoved(
  sql: Queryable,
  { name, generation }: Pick<Generation, "name" | "generation">,
): Promise<boolean> {
  try {
    await answered(() =>
      sql`select 1 from projection_generation
        where name = ${name} and generation = ${generation} for no key update nowait`
    );
    return false;
  } catch (error) {
    if (isLockNotAvailable(error)) return true;
    throw error;
  }
}

/** PostgreSQL's code where somebody else has the lock. */
export function isLockNotAvailable(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "55P03";
}
