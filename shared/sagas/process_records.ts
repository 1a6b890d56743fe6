import type { Sql } from "postgres";

/** Where an unfinished instance stands, for operators. */
export type InstanceRecord = {
  readonly id: string;
  /** `stuck`: a service refused its step for a lasting reason; it is still tried now and then. */
  readonly state: "running" | "stuck";
  readonly step: string | null;
  readonly cause: string | null;
  readonly startedAt: string;
};

/**
 * How far a process has listened, and which of its instances are unfinished. All of it follows from the log:
 * an empty table means that everything is heard once more, without any effect.
 */
export interface ProcessRecords {
  /** What was saved and noted last. */
  load(): Promise<{ position: number | undefined; unfinished: readonly string[] }>;
  /** Moves the position and notes what became of the instances, in one transaction. */
  save(heard: {
    readonly position: number;
    readonly instances: ReadonlyMap<string, { readonly finished: boolean }>;
  }): Promise<void>;
  /** Notes what holds an instance up. */
  note(
    id: string,
    hold: { readonly state: "running" | "stuck"; readonly step: string; readonly cause: string },
  ): Promise<void>;
}

/** The tables of `processRecords`, for the migrations of a database that keeps some. */
export const processMigration: { readonly name: string; readonly sql: string } = {
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
};

/** The records of a process in a service's own database. */
export function processRecords(sql: Sql, process: string): ProcessRecords {
  return {
    async load() {
      const [checkpoint] = await sql<{ position: number }[]>`
        select position from process_checkpoint where process = ${process}`;
      const rows = await sql<{ id: string }[]>`
        select id from process_instance where process = ${process}`;
      return { position: checkpoint?.position, unfinished: rows.map(({ id }) => id) };
    },
    async save({ position, instances }) {
      const ended = [...instances].filter(([, { finished }]) => finished).map(([id]) => id);
      const running = [...instances].filter(([, { finished }]) => !finished).map(([id]) => id);
      // One statement is one transaction, too; `sql.begin` of postgres.js 3.4.9 can end the whole process when the
      // connection breaks within it.
      await sql`
        with running as (
          insert into process_instance (process, id)
          select ${process}, value
          from json_array_elements_text(${JSON.stringify(running)}::text::json)
          on conflict (process, id) do update set state = 'running', step = null, cause = null
        ), ended as (
          delete from process_instance
          where process = ${process} and id in (
            select value from json_array_elements_text(${JSON.stringify(ended)}::text::json)
          )
        )
        insert into process_checkpoint (process, position) values (${process}, ${position})
        on conflict (process) do update
          set position = greatest(process_checkpoint.position, excluded.position)`;
    },
    async note(id, { state, step, cause }) {
      await sql`
        update process_instance set state = ${state}, step = ${step}, cause = ${cause}
        where process = ${process} and id = ${id}`;
    },
  };
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
 */
export async function listInstances(
  sql: Sql,
): Promise<(InstanceRecord & { readonly process: string })[]> {
  const rows = await instanceRows(sql);
  return rows.map((row) => ({
    process: row.process,
    id: row.id,
    state: row.state,
    step: row.step,
    cause: row.cause,
    startedAt: row.started_at.toISOString(),
  }));
}

async function instanceRows(sql: Sql): Promise<readonly InstanceRow[]> {
  try {
    return await sql<InstanceRow[]>`
      select process, id, state, step, cause, started_at from process_instance
      order by started_at, id`;
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
