import { eventLog } from "@headwater/core";
import type { Sql } from "postgres";
import { ifThere } from "./list_instances.ts";
import { type ProcessActs, processActs } from "./process_acts.ts";
import { type ProcessLetters, processLetters } from "./process_letters.ts";
import { isInSlices } from "./slice.ts";
import { type SliceStore, sliceStore } from "./slice_store.ts";
import { type Standing, storable, type Waits } from "./standing.ts";
import { type InstanceSum, sumInstances } from "./sum_instances.ts";

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
  /** What operators ask for. */
  readonly acts: ProcessActs;
  /** Leases by which several processes share the instances; absent: there is only one. */
  readonly slices?: SliceStore;
  /** What was saved and noted last. */
  load(): Promise<{
    /** Undefined: nothing yet, or that was lost. `fromTheStart`: it is to hear the whole log again. */
    readonly heard: Heard | undefined;
    /** Why it stands still; undefined: it does not. */
    readonly stopped: string | undefined;
    /** The unfinished instances that have something to do, or of which nobody knows: the others wait for what comes. */
    readonly unfinished: readonly string[];
  }>;
  /** Whether `due` and `acts.open` have anything for these slices: one question, since mostly they have not. */
  news(until: string, slices: readonly number[]): Promise<{
    readonly areTimesDue: boolean;
    readonly areActsOpen: boolean;
  }>;
  /**
   * Unfinished instances of these slices whose time has come, earliest first: `mostDue` at most. `until`: ISO 8601 UTC.
   */
  due(until: string, slices: readonly number[]): Promise<readonly string[]>;
  /** Instances that cannot go on without operators: how many, and which has been so for the longest. */
  stuck(): Promise<{ readonly count: number; readonly first: StuckInstance | undefined }>;
  /** How many unfinished instances are in which state. */
  sums(): Promise<readonly InstanceSum[]>;
  /**
   * Moves on from what this runtime knew, notes what became of the instances, and that it does not stand still, in one
   * transaction. False: what was heard was forgotten meanwhile, and nothing is noted.
   */
  save(noted: {
    readonly from: Heard | undefined;
    /** Undefined: it does not move. */
    readonly to: Heard | undefined;
    readonly instances: ReadonlyMap<string, Standing>;
  }): Promise<boolean>;
  /** Notes why it stands still; undefined: it does no longer. */
  stop(cause: string | undefined): Promise<void>;
  /** Notes what holds an instance up, unless it is at something else by now. */
  note(id: string, hold: Hold): Promise<void>;
}

/**
 * An instance that cannot go on without operators.
 *
 * @internal
 */
export type StuckInstance = {
  readonly id: string;
  readonly step: string | null;
  readonly cause: string | null;
};

/** What holds an instance up. */
export type Hold = Pick<Waits, "target" | "command"> & {
  readonly state: "running" | "stuck";
  readonly step: string;
  /** The last answer, or what kept it from coming. */
  readonly cause: string;
  /** How often the step was sent since that was noted last. */
  readonly sent: number;
  /** All that is outstanding, as who sends it knows. */
  readonly outstanding: readonly string[];
};

/** The position of a process that is to hear the whole log again: before the first. */
export const fromTheStart = -1;

/** So many instances are told of their times at once. */
export const mostDue = 500;

/** The records of a process in a service's own database. */
export function processRecords(sql: Sql, process: string): ProcessRecords {
  return {
    letters: processLetters(sql, process),
    acts: processActs(sql, process),
    slices: sliceStore(sql, process),
    async load() {
      const [found] = await sql<{ position: number; mark: string | null; cause: string | null }[]>`
        select position, mark, cause from process_checkpoint where process = ${process}`;
      const rows = await sql<{ id: string }[]>`
        select id from process_instance
        where process = ${process} and (outstanding is distinct from 0 or stuck_by = 'version')`;
      const heard = found &&
        { position: found.position, mark: eventLog.markOf(found.mark, found.position) };
      return { heard, stopped: found?.cause ?? undefined, unfinished: rows.map(({ id }) => id) };
    },
    async news(until, slices) {
      const [found] = await sql<{ areTimesDue: boolean; areActsOpen: boolean }[]>`
        select exists (
          select from process_instance
          where process = ${process} and due_at <= ${until}::text::timestamptz
            and ${isInSlices(sql, slices)}
        ) as "areTimesDue", exists (
          select from process_act
          where process = ${process} and outcome is null and ${isInSlices(sql, slices)}
        ) as "areActsOpen"`;
      return found!;
    },
    async due(until, slices) {
      const rows = await sql<{ id: string }[]>`
        select id from process_instance
        where process = ${process} and due_at <= ${until}::text::timestamptz
          and ${isInSlices(sql, slices)}
        order by due_at limit ${mostDue}`;
      return rows.map(({ id }) => id);
    },
    async stuck() {
      const [first] = await sql<(StuckInstance & { readonly count: number })[]>`
        select (count(*) over ())::integer as count, id, step, cause from process_instance
        where process = ${process} and state = 'stuck' order by waiting_since, id limit 1`;
      return { count: first?.count ?? 0, first };
    },
    sums: () => sumInstances(sql, process),
    async save({ from, to, instances }) {
      const ended = [...instances].filter(([, { finished }]) => finished)
        .map(([id, { revision }]) => ({ id, revision }));
      const running = [...instances].filter(([, { finished }]) => !finished)
        .map(([id, { waits, stuck, ...rest }]) => ({
          ...{ id, isKnown: waits !== undefined, ...waits, ...rest },
          ...(stuck && { stuckBy: stuck.by, cause: stuck.cause }),
        }));
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
          insert into process_instance as stored (
            process, id, step, target, command, compensating, keys, waiting_since, state, cause,
            stuck_by, outstanding, due_at, version, revision
          )
          select ${process}, id, step, target, command, coalesce("isCompensating", false), keys,
            case when "isKnown" then now() end,
            case when "stuckBy" is null then 'running' else 'stuck' end, cause, "stuckBy",
            outstanding, "dueAt", version, revision
          from json_to_recordset(${JSON.stringify(running)}::text::json) as given (
            id text, step text, target text, command text, "isCompensating" boolean, keys jsonb,
            "isKnown" boolean, cause text, "stuckBy" text, outstanding integer,
            "dueAt" timestamptz, version integer, revision bigint
          )
          where ${to === undefined} or exists (select from noted)
          on conflict (process, id) do update
            set state = case when ${isHeld(sql)} then stored.state else excluded.state end,
                cause = case when ${isHeld(sql)} then stored.cause else excluded.cause end,
                sent = case when ${atTheSame(sql)} then stored.sent else 0 end,
                answered_at = case when ${atTheSame(sql)} then stored.answered_at end,
                waiting_since = case when ${atTheSame(sql)}
                  then coalesce(stored.waiting_since, excluded.waiting_since)
                  else excluded.waiting_since end,
                step = excluded.step, target = excluded.target, command = excluded.command,
                compensating = excluded.compensating, keys = excluded.keys,
                stuck_by = excluded.stuck_by, outstanding = excluded.outstanding,
                due_at = excluded.due_at, version = excluded.version,
                revision = coalesce(excluded.revision, stored.revision)
            where ${isNotOlder(sql, "excluded")}
        ), ended as (
          delete from process_instance as stored
          using json_to_recordset(${JSON.stringify(ended)}::text::json)
            as given (id text, revision bigint)
          where process = ${process} and stored.id = given.id and ${isNotOlder(sql, "given")}
            and (${to === undefined} or exists (select from noted))
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
    async note(id, { state, step, target, command, cause, sent, outstanding }) {
      await sql`
        update process_instance
        set state = ${state}, step = ${step}, target = ${target}, command = ${command},
            cause = ${cause}, answered_at = now(),
            sent = ${sent} + case when step = ${step} then sent else 0 end,
            waiting_since = case when step = ${step} then coalesce(waiting_since, now())
              else now() end
        where process = ${process} and id = ${id} and stuck_by is null and (step is null or step in (
          select value from json_array_elements_text(
            ${JSON.stringify(outstanding.map(storable))}::text::json)
        ))`;
    },
  };
}

/** What is on record of the step is still true. */
function atTheSame(sql: Sql) {
  return sql`(stored.step = excluded.step
    and stored.stuck_by is not distinct from excluded.stuck_by)`;
}

/** The same, and what holds it up was noted by who sends it. */
function isHeld(sql: Sql) {
  return sql`(stored.step = excluded.step and stored.stuck_by is null
    and excluded.stuck_by is null)`;
}

/** Another process of the service may have known more. */
function isNotOlder(sql: Sql, given: "excluded" | "given") {
  return sql`(stored.revision is null or ${sql(given)}.revision is null
    or stored.revision <= ${sql(given)}.revision)`;
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
