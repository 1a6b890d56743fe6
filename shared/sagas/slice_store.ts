import type { Sql } from "postgres";
import { leaseMs } from "./held_slices.ts";
import { isInSlices, sliceCount } from "./slice.ts";

/** Where the processes of a service agree on who drives which instances of a process manager. */
export interface SliceStore {
  /**
   * Says that this process is there, keeps what it has but for what it gives, and takes what is nobody's up to its fair
   * share. All of it is its own for four seconds from when this was asked.
   */
  hold(asked: {
    readonly owner: SliceOwner;
    readonly gives: readonly number[];
  }): Promise<{
    /** What it has now, ascending. */
    readonly held: readonly number[];
    /** How many processes are there; this one counts. */
    readonly sharers: number;
  }>;
  /** Lets others have all at once. */
  leave(owner: SliceOwner): Promise<void>;
  /** The instances of these slices that may have a step to be taken. */
  unfinished(slices: readonly number[]): Promise<readonly string[]>;
}

/**
 * A process, as the others know it.
 * @internal
 */
export type SliceOwner = {
  /** Unique: of this run of it. */
  readonly id: string;
  /** Stands before all ids of the same place, which only one process has at a time; undefined: nobody else had it. */
  readonly place: string | undefined;
  /** It has just begun: what an earlier one had at its place is its own. */
  readonly isNew: boolean;
};

/** Who has not been there for so long is forgotten. */
const forgottenMs = 60_000;

export const processSlicesMigration = {
  name: "process-slices",
  owner: "sagas",
  tables: ["process_sharer", "process_slice"],
  sql: `
    create table process_sharer (
      process text not null,
      owner text not null,
      lease_until timestamptz not null,
      primary key (process, owner)
    );
    create table process_slice (
      process text not null,
      slice integer not null,
      owner text,
      lease_until timestamptz not null,
      primary key (process, slice)
    )`,
};

/** The slices of a process manager in a service's own database; times are PostgreSQL's. */
export function sliceStore(sql: Sql, process: string): SliceStore {
  return {
    async hold({ owner: { id, place, isNew }, gives }) {
      const before = isNew && place !== undefined ? place : null;
      // In the order of the slices, so that nobody waits for who waits for him. Who was faster is seen when a row is had.
      const [found] = await sql<{ held: number[]; sharers: number }[]>`
        with moment as materialized (
          select clock_timestamp() as at,
            clock_timestamp() + ${leaseMs} * interval '1 ms' as lease_until
        ), here as (
          insert into process_sharer (process, owner, lease_until)
          select ${process}, ${id}, lease_until from moment
          on conflict (process, owner) do update set lease_until = excluded.lease_until
          returning set_config('synchronous_commit', 'off', true)
        ), gone as (
          delete from process_sharer where (process, owner) in (
            select process, owner from process_sharer, moment
            where process = ${process} and owner <> ${id} and (
              starts_with(owner, ${before}::text) or
              process_sharer.lease_until < at - ${forgottenMs} * interval '1 ms'
            )
            for update of process_sharer skip locked
          )
        ), sharers as (
          select 1 + count(*)::integer as count from process_sharer, moment
          where process = ${process} and owner <> ${id} and process_sharer.lease_until > at
            and not coalesce(starts_with(owner, ${before}::text), false)
        ), given as (
          select value::integer as slice
          from json_array_elements_text(${JSON.stringify(gives)}::text::json)
        ), kept as (
          select slice from process_slice
          where process = ${process} and owner = ${id} and slice not in (select slice from given)
        ), taken as (
          select slice from generate_series(0, ${sliceCount}::integer - 1) as slice
          where slice not in (select slice from given) and slice not in (
            select slice from process_slice, moment
            where process = ${process} and owner is not null and (owner = ${id} or
              process_slice.lease_until > at and
              not coalesce(starts_with(owner, ${before}::text), false))
          )
          order by slice
          limit greatest(0, (
            select ceil(${sliceCount}::numeric / count)::integer from sharers
          ) - (select count(*) from kept))
        ), held as (
          insert into process_slice as stored (process, slice, owner, lease_until)
          select ${process}, slice, owner, lease_until from moment, (
            select slice, ${id}::text as owner from kept
            union all select slice, ${id}::text from taken
            union all select slice, null from given
          ) as wanted
          order by slice
          on conflict (process, slice) do update
            set owner = excluded.owner, lease_until = excluded.lease_until
            where stored.owner = ${id} or excluded.owner is not null and (
              stored.owner is null or stored.lease_until <= clock_timestamp() or
              starts_with(stored.owner, ${before}::text))
          returning slice, owner
        )
        select sharers.count as sharers, (
          select coalesce(json_agg(slice order by slice), '[]') from held where owner is not null
        ) as held
        from sharers, here`;
      return found ?? { held: [], sharers: 1 };
    },
    async leave({ id }) {
      await sql`
        with gone as (
          delete from process_sharer where process = ${process} and owner = ${id}
        )
        update process_slice set owner = null where process = ${process} and owner = ${id}`;
    },
    async unfinished(slices) {
      const rows = await sql<{ id: string }[]>`
        select id from process_instance
        where process = ${process} and (outstanding is distinct from 0 or stuck_by = 'version')
          and ${isInSlices(sql, slices)}`;
      return rows.map(({ id }) => id);
    },
  };
}
