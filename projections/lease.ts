import { eventLog } from "@headwater/core";
import type { Fragment } from "postgres";
import { answered } from "./answered.ts";
import {
  type Checkpoint,
  type Generation,
  generationColumns,
  type GenerationStatus,
  type Queryable,
  type ReplayProgress,
  type WorkerReport,
} from "./generation.ts";
import { ifThere } from "./if_there.ts";

/**
 * For so long nobody else may take a generation over from a worker that says nothing. It says something every second.
 * Times are PostgreSQL's own, of the moment (`now()` is older than a wait for a lock): other clocks do not matter. Who
 * lost its lease is kept from writing by the epoch, not by the time.
 */
const leaseMs = 3_000;
/** Left by its owner, a generation waits so long for a process that has less to do. */
const graceMs = 2_000;

/** A process that runs read models, as PostgreSQL knows it. */
export type Owner = {
  readonly id: string;
  /** The epoch in which it had the lease last; undefined: it has begun just now, and takes what bears its name. */
  readonly epoch: number | undefined;
  /** False: others have less to do, and go first. */
  readonly isHungry: boolean;
};

/** Reads a generation, and takes or keeps its lease where it may be had. Undefined: there is none (any more). */
export async function takeLease(
  sql: Queryable,
  { name, generation, owner: { id, epoch, isHungry } }: {
    readonly name: string;
    readonly generation: number;
    readonly owner: Owner;
  },
): Promise<{ readonly generation: Generation; readonly isOwner: boolean } | undefined> {
  const [taken] = await ifThere(() =>
    sql<Generation[]>`
      update projection_generation
      set owner = ${id}, lease_until = ${leaseUntil(sql)},
          epoch = epoch + case when owner = ${id} and epoch = ${
      epoch ?? null
    }::integer then 0 else 1 end
      where (name, generation) in (
        select name, generation from projection_generation
        where name = ${name} and generation = ${generation} and status <> 'dropped' and (
          (owner = ${id} and coalesce(epoch = ${epoch ?? null}::integer, true)) or
          (coalesce(lease_until, updated_at) < clock_timestamp() -
            case when ${isHungry} then 0 else ${graceMs} end * interval '1 ms')
        )
        -- Who holds it is at work
        for no key update skip locked
      )
      returning ${sql.unsafe(generationColumns)}`
  );
  if (taken) return { generation: taken, isOwner: true };
  const found = await readGeneration(sql, { name, generation });
  return found && { generation: found, isOwner: false };
}

/** Undefined: there is none (any more). */
export async function readGeneration(
  sql: Queryable,
  { name, generation }: Pick<Generation, "name" | "generation">,
): Promise<Generation | undefined> {
  const [found] = await ifThere(() =>
    sql<Generation[]>`
      select ${sql.unsafe(generationColumns)} from projection_generation
      where name = ${name} and generation = ${generation} and status <> 'dropped'`
  );
  return found;
}

/** A lease that its owner wants to keep, as far as it knows. */
export type HeldLease = Pick<Generation, "name" | "generation" | "epoch">;

/** One that it has kept, with what the others need not have told it. */
export type KeptLease = HeldLease & Pick<Generation, "position" | "status">;

/**
 * Keeps leases wherever the checkpoints are, as a part of a statement: yields a row for each that is still its owner's. Who
 * moves a checkpoint just now keeps its lease by that, and is not waited for.
 */
export function keepLeases(
  sql: Queryable,
  { owner, leases }: { readonly owner: string; readonly leases: readonly HeldLease[] },
): Fragment {
  return sql`
    update projection_generation
    set lease_until = greatest(lease_until, ${leaseUntil(sql)}), updated_at = clock_timestamp()
    where (name, generation) in (
      select name, generation from projection_generation
      join json_to_recordset(${JSON.stringify(leases)}::text::json)
        as held (name text, generation integer, epoch integer) using (name, generation, epoch)
      where owner = ${owner} and status <> 'dropped'
      for no key update of projection_generation skip locked
    )
    returning name, generation, epoch, position, status`;
}

/** Keeps the lease; undefined: the checkpoint is not there any more, or another has it. */
export async function renewLease(
  sql: Queryable,
  { name, generation, at }: Pick<Generation, "name" | "generation"> & { readonly at: Checkpoint },
): Promise<GenerationStatus | undefined> {
  const [kept] = await ifThere(() =>
    sql<{ status: GenerationStatus }[]>`
      update projection_generation
      set lease_until = ${leaseUntil(sql)}, updated_at = clock_timestamp()
      where ${isAt(sql, { name, generation, at })}
      returning status, ${needNotReachTheDisk(sql)}`
  );
  return kept?.status;
}

/** Keeps the lease wherever the checkpoint is; whoever moves it just now does so too. */
export async function holdLease(
  sql: Queryable,
  { name, generation, epoch }: Pick<Generation, "name" | "generation" | "epoch">,
): Promise<void> {
  await answered(() =>
    sql`
      with held as (
        select from projection_generation
        where name = ${name} and generation = ${generation} and epoch = ${epoch}
          and owner is not null
        for no key update skip locked
      )
      update projection_generation
      set lease_until = greatest(lease_until, ${leaseUntil(sql)})
      where name = ${name} and generation = ${generation} and epoch = ${epoch}
        and exists (select from held)
      returning ${needNotReachTheDisk(sql)}`
  );
}

export type CheckpointMove = Pick<Generation, "name" | "generation"> & {
  readonly from: Checkpoint;
  readonly to: Checkpoint;
  readonly report: WorkerReport;
  readonly replay: ReplayProgress | undefined;
  /** Lets others have the generation. */
  readonly leaves: boolean;
  /** How long its statement may take beyond what is usual. */
  readonly patienceMs: number;
};

/**
 * Moves a checkpoint on, as a part of a statement or alone: yields no row when it is not where `from` says, or when
 * another process has taken the generation over. Yields the status, which operators may have changed.
 *
 * Its transaction need not reach the disk before it is acknowledged. A crash of PostgreSQL may take back the last
 * ones, rows and checkpoint together, and they are done again from the log.
 */
export function moveCheckpoint(
  sql: Queryable,
  { name, generation, from, to, report, replay, leaves, patienceMs }: CheckpointMove,
): Fragment {
  const status = from.status === to.status
    ? sql`status`
    : sql`case when status = ${from.status} then ${to.status} else status end`;
  return sql`
    update projection_generation
    set position = ${to.position ?? null}::bigint,
        mark = ${eventLog.markText(to.mark, to.position)}, status = ${status},
        state = ${report.state}, cause = ${report.cause ?? null},
        since = ${report.since}::text::timestamptz, caught_up = ${report.caughtUp},
        behind_since = ${report.behindSince ?? null}::text::timestamptz,
        replayed = ${replay?.replayed ?? null}::bigint, target = ${replay?.target ?? null}::bigint,
        events_per_second = ${replay?.eventsPerSecond ?? null}::float8, updated_at = now(),
        owner = ${leaves ? sql`null` : sql`owner`},
        lease_until = ${leaves ? sql`clock_timestamp()` : leaseUntil(sql, patienceMs)}
    where ${isAt(sql, { name, generation, at: from })}
    returning status, ${needNotReachTheDisk(sql)}`;
}

/** A condition: the checkpoint is there, and whoever left it there still has the generation. */
export function isAt(
  sql: Queryable,
  { name, generation, at: { epoch, position } }: Pick<Generation, "name" | "generation"> & {
    readonly at: Checkpoint;
  },
): Fragment {
  return sql`name = ${name} and generation = ${generation} and epoch = ${epoch}
    and position is not distinct from ${position ?? null}::bigint and status <> 'dropped'`;
}

function leaseUntil(sql: Queryable, moreMs = 0): Fragment {
  return sql`clock_timestamp() + ${leaseMs + moreMs} * interval '1 ms'`;
}

function needNotReachTheDisk(sql: Queryable): Fragment {
  return sql`set_config('synchronous_commit', 'off', true)`;
}
