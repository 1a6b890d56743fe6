import type { Recorded } from "@headwater/core";
import type { Sql } from "postgres";
import { storable } from "./standing.ts";

/**
 * An input that is put aside: a process cannot take it, or not before another one.
 * @internal
 */
export type ParkedInput = {
  /** As the log gave it. */
  readonly recorded: Recorded;
  /** Undefined: which instance it is for cannot be told, so later inputs of its stream wait for it. */
  readonly instance: string | undefined;
  readonly cause: string;
  /** Nothing is wrong with it: an earlier one is parked. */
  readonly isBehind: boolean;
};

/** The parked inputs of a process, where they outlive it. */
export interface ProcessLetters {
  /** In the order of the log. */
  load(): Promise<readonly ParkedInput[]>;
  /** Puts inputs aside, before anything says that they were heard; of those that are there already, notes the cause. */
  park(inputs: readonly ParkedInput[]): Promise<void>;
  /** The input at this position was taken after all. */
  take(position: number): Promise<void>;
}

export const processLettersMigration = {
  name: "process-letters",
  owner: "sagas",
  tables: ["process_letter"],
  sql: `
    create table process_letter (
      process text not null,
      position bigint not null,
      instance text,
      stream text not null,
      type text not null,
      event text not null,
      cause text not null,
      is_behind boolean not null,
      attempts integer not null default 1,
      parked_at timestamptz not null default now(),
      primary key (process, position)
    )`,
};

/** The parked inputs of a process in a service's own database. */
export function processLetters(sql: Sql, process: string): ProcessLetters {
  return {
    async load() {
      const found = await sql<(Omit<ParkedInput, "recorded"> & { event: string })[]>`
        select event, instance, cause, is_behind as "isBehind" from process_letter
        where process = ${process} order by position`;
      return found.map(({ event, instance, cause, isBehind }) => ({
        recorded: JSON.parse(event),
        instance: instance ?? undefined,
        cause,
        isBehind,
      }));
    },
    async park(inputs) {
      const rows = inputs.map(({ recorded, instance, cause, isBehind }) => ({
        position: recorded.position,
        instance: instance && storable(instance),
        stream: storable(recorded.stream),
        type: storable(recorded.type),
        event: JSON.stringify(recorded),
        cause: storable(cause),
        isBehind,
      }));
      await sql`
        insert into process_letter as stored (
          process, position, instance, stream, type, event, cause, is_behind
        )
        select ${process}, position, instance, stream, type, event, cause, "isBehind"
        from json_to_recordset(${JSON.stringify(rows)}::text::json) as letter (
          position bigint, instance text, stream text, type text, event text, cause text,
          "isBehind" boolean
        )
        on conflict (process, position) do update
          set cause = excluded.cause, is_behind = excluded.is_behind,
              attempts = stored.attempts + case when excluded.is_behind then 0 else 1 end`;
    },
    async take(position) {
      await sql`delete from process_letter where process = ${process} and position = ${position}`;
    },
  };
}

/** Of each instance, or stream, that waits: the first of its parked inputs. */
export type WaitingInstance = {
  readonly process: string;
  readonly id: string;
  readonly type: string;
  readonly cause: string;
  readonly inputs: number;
  readonly since: Date;
};

/** The instances of all processes of this database that wait for an input that they cannot take. */
export function selectWaiting(sql: Sql) {
  return sql<WaitingInstance[]>`
    select distinct on (process, coalesce(instance, stream))
      process, coalesce(instance, stream) as id, type, cause, parked_at as since,
      (count(*) over (partition by process, coalesce(instance, stream)))::integer as inputs
    from process_letter order by process, coalesce(instance, stream), position`;
}
