import type { Sql } from "postgres";

/**
 * The unfinished instances of a process that are in one state.
 *
 * @internal
 */
export type InstanceSum = {
  /** As `sagas list` has it, where who only waits for an event or a time is `waiting` too. */
  readonly state: string;
  readonly count: number;
  /** Since the oldest began, by PostgreSQL's clock. */
  readonly oldestSeconds: number;
};

/** How many instances of a process are in which state: by the same rules as `statusOf` has for each. */
export async function sumInstances(sql: Sql, process: string): Promise<readonly InstanceSum[]> {
  return await sql<InstanceSum[]>`
    with parked as (
      select coalesce(instance, stream) as id, min(parked_at) as since
      from process_letter where process = ${process} group by 1
    ), standing as (
      select 'stuck' as state, since from parked
      union all
      select
        case
          when state = 'stuck' then 'stuck'
          when cause is null and step is null and waiting_since is not null
            then 'waiting-for-event'
          when cause is not null or waiting_since is not null
            and waiting_since < now() - interval '1 s' then 'waiting'
          when compensating then 'compensating'
          else 'running'
        end,
        started_at
      from process_instance
      where process = ${process} and id not in (select id from parked)
    )
    select state, count(*)::integer as count,
      extract(epoch from now() - min(since))::double precision as "oldestSeconds"
    from standing group by state`;
}
