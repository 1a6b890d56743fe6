import { processActsMigration } from "./process_acts.ts";
import { processLettersMigration } from "./process_letters.ts";
import { processSlicesMigration } from "./slice_store.ts";

/** Where a process is, and its instances: what is known of one is of no use without the other. */
const records = ["process_checkpoint", "process_instance"];

/** The tables of `processRecords`, for the migrations of a database that keeps some. */
export const processMigrations: readonly {
  readonly name: string;
  readonly sql: string;
  readonly owner?: string;
  /** Those that it makes or changes: all that they hold follows from the log, or is asked for again. */
  readonly tables: readonly string[];
}[] = [
  {
    name: "process-records",
    tables: records,
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
  },
  {
    name: "process-marks",
    tables: records,
    // In an order of its own: the service's migrations may follow the first of ours already
    owner: "sagas",
    sql: `
    alter table process_checkpoint add column mark text, add column cause text,
      add column since timestamptz`,
  },
  processLettersMigration,
  {
    name: "process-waits",
    tables: records,
    owner: "sagas",
    sql: `
    alter table process_instance add column target text, add column command text,
      add column waiting_since timestamptz, add column sent integer not null default 0,
      add column answered_at timestamptz, add column compensating boolean not null default false,
      add column keys jsonb`,
  },
  processSlicesMigration,
  {
    name: "process-timers",
    tables: records,
    owner: "sagas",
    // `outstanding`: how many steps are; null: nobody knows. `revision`: of its stream, as the row has it
    sql: `
    alter table process_instance add column due_at timestamptz, add column outstanding integer,
      add column revision bigint, add column version integer, add column stuck_by text;
    create index process_instance_due on process_instance (process, due_at)
      where due_at is not null`,
  },
  processActsMigration,
  {
    name: "process-stuck",
    tables: records,
    owner: "sagas",
    // A health check asks for them, among many that only wait
    sql: `create index process_instance_stuck on process_instance (process) where state = 'stuck'`,
  },
];
