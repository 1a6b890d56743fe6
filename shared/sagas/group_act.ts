import { acts, machine } from "@headwater/core";
import type { Sql } from "postgres";
import { z } from "zod";
import { failureGroup } from "./failure_group.ts";
import type { InstanceStatus } from "./instance_status.ts";
import { ifThere, listStopped } from "./list_instances.ts";
import type { SagasContext } from "./sagas_context.ts";

/** Unfinished instances that stand alike. */
export type InstanceGroup = {
  readonly process: string;
  readonly state: InstanceStatus["state"];
  /** Without what stands behind its colon; null: it waits for an event, or nobody has noted what it is at. */
  readonly step: string | null;
  /** What their causes have in common; null: they have none. */
  readonly failure: string | null;
  readonly count: number;
  /** ISO 8601. */
  readonly oldest: string;
  /** The one that began first. */
  readonly example: string;
};

const nothing = "No instance of a process is unfinished";

/** How many instances stand where, and what holds them up: 10,000 of them are a few lines. */
export const groupAct: acts.OperatorsAct<SagasContext> = acts.operatorsAct({
  name: "groups",
  summary:
    "processes that stand still, and unfinished instances by state, step and cause: how many",
  args: z.strictObject({}),
  changes: false,
  async run(_args, { databases }: SagasContext & acts.ActContext) {
    const used = databases.filter(({ sagas }) => sagas.length > 0);
    const stopped = (await Promise.all(used.map(({ sql }) => listStopped(sql)))).flat();
    const groups = [
      ...stopped.map(({ process, cause, since }): InstanceGroup => ({
        ...{ process, state: "stopped", step: null, failure: cause, count: 1 },
        ...{ oldest: since, example: process },
      })),
      ...(await Promise.all(used.map(({ sql }) => groupsOf(sql)))).flat(),
    ];
    const now = Date.now();
    const lines = groups.map(({ process, state, step, failure, count, oldest, example }) =>
      [
        `${String(count).padStart(6)} ${state.padEnd(12)} ${process}  ${step ?? "-"}`,
        `for ${acts.durationText(now - Date.parse(oldest))} at most, such as ${example}`,
        failure,
      ].filter((part) => part !== null).join("  ")
    );
    const text = lines.map(machine.inOneLine).join("\n") || nothing;
    return { value: groups, text, isDone: true };
  },
});

type GroupRow = Omit<InstanceGroup, "failure" | "oldest"> & {
  readonly cause: string | null;
  readonly oldest: Date;
};

/** By the same rules as `statusOf` has for each; the largest first. */
async function groupsOf(sql: Sql): Promise<readonly InstanceGroup[]> {
  const rows = await ifThere(() =>
    sql<GroupRow[]>`
      with parked as (
        select process, coalesce(instance, stream) as id, min(cause) as cause, min(type) as type,
          min(parked_at) as since
        from process_letter group by 1, 2
      ), standing as (
        select process, 'stuck' as state, null as step, 'Cannot take "' || type || '": ' || cause as cause,
          since as started_at, id
        from parked
        union all
        select process,
          case
            when state = 'stuck' then 'stuck'
            when cause is not null or waiting_since is not null
              and (step is null or waiting_since < now() - interval '1 s') then 'waiting'
            when compensating then 'compensating'
            else 'running'
          end,
          split_part(step, ':', 1), cause, started_at, id
        from process_instance as instance
        where not exists (
          select from parked where parked.process = instance.process and parked.id = instance.id
        )
      )
      select process, state, nullif(step, '') as step, cause, count(*)::integer as count,
        min(started_at) as oldest, (array_agg(id order by started_at, id))[1] as example
      from standing group by process, state, step, cause`
  );
  const groups = new Map<string, InstanceGroup>();
  for (const { cause, oldest, ...row } of rows) {
    const failure = failureGroup(cause);
    const name = JSON.stringify([row.process, row.state, row.step, failure]);
    const other = groups.get(name);
    const at = oldest.toISOString();
    const first = other && other.oldest < at ? other : { oldest: at, example: row.example };
    groups.set(name, {
      ...{ ...row, failure, oldest: first.oldest, example: first.example },
      count: row.count + (other?.count ?? 0),
    });
  }
  return [...groups.values()].toSorted((a, b) =>
    Number(b.state === "stuck") - Number(a.state === "stuck") || b.count - a.count
  );
}
