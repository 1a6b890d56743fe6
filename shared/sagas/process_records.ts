import { eventLog } from "@headwater/core";
import type { Sql } from "postgres";
import {
  type ProcessLetters,
  processLetters,
  processLettersMigration,
  selectWaiting,
} from "./process_letters.ts";

/** Where an unfinished instance stands, for operators. */
export type InstanceRecord = {
  readonly id: string;
  /** `stuck`: a service refused its step for a lasting reason, which is still tried now and then; or it cannot take an input. */
  readonly state: "running" | "stuck";
  readonly step: string | null;
  readonly cause: string | null;
  readonly startedAt: string;
};

/** Up to where a process has heard the log. */
export type Heard = {
  readonly position: number;
  /** By what that place is known again; undefined: by its position alone, as earlier releases left it. */
  readonly mark: eventLog.LogMark | undefined;
};

/**
 * How far a process has listened, and which of its instances are unfinished. All of it follows from the log:
 * without it a process goes on where its own streams show that it was.
 */
export interface ProcessRecords {
  /** Inputs that are put aside. */
  readonly letters: ProcessLetters;
  /** What was saved and noted last. */
  load(): Promise<{
    /** Undefined: nothing yet, or that was lost. `fromTheStart`: it is to hear the whole log again. */
    readonly heard: Heard | undefined;
    /** Why it stands still; undefined: it does not. */
    readonly stopped: string | undefined;
    readonly unfinished: readonly string[];
  }>;
  /**
   * Moves on from what this runtime knew, notes what became of the instances, and that it does not stand still, in one
   * transaction. False: what was heard was forgotten meanwhile, and nothing is noted.
   */
  save(noted: {
    readonly from: Heard | undefined;
    /** Undefined: it does not move. */
    readonly to: Heard | undefined;
    readonly instances: ReadonlyMap<string, { readonly finished: boolean }>;
  }): Promise<boolean>;
  /** Notes why it stands still; undefined: it does no longer. */
  stop(cause: string | undefined): Promise<void>;
  /** Notes what holds an instance up. */
  note(
    id: string,
    hold: { readonly state: "running" | "stuck"; readonly step: string; readonly cause: string },
  ): Promise<void>;
}

/** The position of a process that is to hear the whole log again: before the first. */
export const fromTheStart = -1;

/** The tables of `processRecords`, for the migrations of a database that keeps some. */
export const processMigrations: readonly {
  readonly name: string;
  readonly sql: string;
  readonly owner?: string;
}[] = [{
  name: "process-records",
  sql: `
    create table process_checkpoint (
      process text primary key,
      position bigint not null
    );
    create table process_instance (
      process text not null,
      id text not null,
      state text not null default 'running',
      step text,
      cause text,
      started_at timestamptz not null default now(),
      primary key (process, id)
    )`,
}, {
  name: "process-marks",
  // In an order of its own: the service's migrations may follow the first of ours already
  owner: "sagas",
  sql: `
    alter table process_checkpoint add column mark text, add column cause text,
      add column since timestamptz`,
}, processLettersMigration];

/** The records of a process in a service's own database. */
export function processRecords(sql: Sql, process: string): ProcessRecords {
  return {
    letters: processLetters(sql, process),
    async load() {
      const [found] = await sql<{ position: number; mark: string | null; cause: string | null }[]>`
        select position, mark, cause from process_checkpoint where process = ${process}`;
      const rows = await sql<{ id: string }[]>`
        select id from process_instance where process = ${process}`;
      const heard = found &&
        { position: found.position, mark: eventLog.markOf(found.mark, found.position) };
      return { heard, stopped: found?.cause ?? undefined, unfinished: rows.map(({ id }) => id) };
    },
    async save({ from, to, instances }) {
      const ended = [...instances].filter(([, { finished }]) => finished).map(([id]) => id);
      const running = [...instances].filter(([, { finished }]) => !finished).map(([id]) => id);
      const position = to?.position ?? null;
      const mark = eventLog.markText(to?.mark, to?.position);
      // One statement is one transaction, too; `sql.begin` of postgres.js 3.4.9 has ended whole processes.
      const noted = await sql`
        with known as (
          select from process_checkpoint
          where process = ${process} and position >= ${from?.position ?? null}::bigint for update
        ), noted as (
          insert into process_checkpoint as stored (process, position, mark)
          select ${process}, ${position}::bigint, ${mark}
          where ${to !== undefined} and (
            exists (select from known) or ${from === undefined} and not exists (
              select from process_checkpoint
              where process = ${process} and position = ${fromTheStart}))
          on conflict (process) do update
            set position = greatest(stored.position, excluded.position), cause = null, since = null,
                mark = case when excluded.position >= stored.position
                  then excluded.mark else stored.mark end
          returning 1
        ), running as (
          insert into process_instance (process, id)
          select ${process}, value
          from json_array_elements_text(${JSON.stringify(running)}::text::json)
          where ${to === undefined} or exists (select from noted)
          on conflict (process, id) do update set state = 'running', step = null, cause = null
        ), ended as (
          delete from process_instance
          where process = ${process} and (${
        to === undefined
      } or exists (select from noted)) and id in (
            select value from json_array_elements_text(${JSON.stringify(ended)}::text::json)
          )
        )
        select 1 from noted`;
      return to === undefined || noted.length > 0;
    },
    async stop(cause) {
      await sql`
        update process_checkpoint
        set cause = ${cause ?? null},
            since = case when ${cause !== undefined} then coalesce(since, now()) end
        where process = ${process}`;
    },
    async note(id, { state, step, cause }) {
      await sql`
        update process_instance set state = ${state}, step = ${step}, cause = ${cause}
        where process = ${process} and id = ${id}`;
    },
  };
}

/**
 * Forgets what a process has heard, so that it hears the whole log again, and which of its instances are unfinished:
 * the log says it.
 */
export async function forgetHeard(sql: Sql, process: string): Promise<void> {
  await ifThere(() =>
    sql`
      with heard as (
        insert into process_checkpoint (process, position) values (${process}, ${fromTheStart})
        on conflict (process) do update
          set position = excluded.position, mark = null, cause = null, since = null
      )
      delete from process_instance where process = ${process}`
  );
}

/** A process that stands still, and why. */
export type StoppedProcess = {
  readonly process: string;
  readonly cause: string;
  /** ISO 8601. */
  readonly since: string;
};

/** The processes of this database that stand still. */
export async function listStopped(sql: Sql): Promise<readonly StoppedProcess[]> {
  // Earlier releases made the table without the columns that say it
  const rows = await ifThere(() =>
    sql<StoppedProcess[]>`
      select process, row ->> 'cause' as cause, row ->> 'since' as since
      from process_checkpoint, to_jsonb(process_checkpoint) as row
      where row ->> 'cause' is not null order by process`
  );
  return rows.map(({ since, ...row }) => ({ ...row, since: new Date(since).toISOString() }));
}

type InstanceRow = {
  process: string;
  id: string;
  state: InstanceRecord["state"];
  step: string | null;
  cause: string | null;
  started_at: Date;
};

/**
 * The unfinished instances of every process of this database, longest running first; none where no process has run yet.
 * Who waits for an input that it cannot take is stuck.
 */
export async function listInstances(
  sql: Sql,
): Promise<(InstanceRecord & { readonly process: string })[]> {
  const rows = await ifThere(() =>
    sql<InstanceRow[]>`
      select process, id, state, step, cause, started_at from process_instance
      order by started_at, id`
  );
  const waiting = await ifThere(() => selectWaiting(sql));
  const isWaiting = new Set(waiting.map(({ process, id }) => JSON.stringify([process, id])));
  return [
    ...waiting.map(({ process, id, type, cause, inputs, since }) => ({
      ...{ process, id, state: "stuck" as const, step: null, startedAt: since.toISOString() },
      cause: `Cannot take "${type}": ${cause}${inputs > 1 ? `; ${inputs} inputs wait` : ""}`,
    })),
    ...rows.filter(({ process, id }) => !isWaiting.has(JSON.stringify([process, id])))
      .map(({ process, id, state, step, cause, started_at: startedAt }) => ({
        ...{ process, id, state, step, cause, startedAt: startedAt.toISOString() },
      })),
  ];
}

/** Nothing where no process has run yet. */
async function ifThere<Row>(select: () => PromiseLike<readonly Row[]>): Promise<readonly Row[]> {
  try {
    return await select();
  } catch (error) {
    if (isNotThere(error)) return [];
    throw error;
  }
}

/** PostgreSQL's codes for a table and for a database that it does not have. */
function isNotThere(error: unknown): boolean {
  return error instanceof Error && "code" in error &&
    (error.code === "42P01" || error.code === "3D000");
}
