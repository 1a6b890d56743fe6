import { acts, machine } from "@headwater/core";
import type { Sql } from "postgres";
import { z } from "zod";
import { instanceCursor } from "./instance_cursor.ts";
import { filterArgs, filterOf } from "./instance_choice.ts";
import {
  type InstanceFilter,
  type InstanceStatus,
  isAskedFor,
  statusLine,
  statusOf,
  stoppedStatus,
  withCauses,
} from "./instance_status.ts";
import { listInstances, listStopped, pageInstances } from "./list_instances.ts";
import type { SagasContext } from "./sagas_context.ts";

/** Rows that are looked at together while those that are asked for are looked for; a page more often has them all. */
const atOnce = 200;
const mostListed = 1_000;

/** What waits, for what, since when, how often that was asked for and what the answer was. */
export const listAct: acts.OperatorsAct<SagasContext> = acts.operatorsAct({
  name: "list",
  summary: "processes that stand still, and instances that are unfinished: what each waits for",
  args: z.strictObject({
    ...filterArgs,
    process: z.string().min(1).optional(),
    limit: machine.pageLimit(mostListed).optional(),
    after: instanceCursor.optional(),
  }),
  options: ["state", "older", "step", "key", "failure", "process", "limit", "after"],
  changes: false,
  async run(
    { limit, after = null, ...asked },
    { databases, now = Date.now }: SagasContext & acts.ActContext,
  ) {
    const filter = filterOf(asked);
    const used = databases.filter(({ sagas }) => sagas.length > 0);
    const at = now();
    const stopped = after !== null
      ? []
      : (await Promise.all(used.map(({ sql }) => listStopped(sql)))).flat()
        .map((each) => stoppedStatus(each, at)).filter((each) => isAskedFor(each, filter));
    if (limit !== undefined) {
      const pages = used.map(({ sql }) => pageOf(sql, { filter, after, limit, now: at }));
      const found = (await Promise.all(pages)).flat()
        .toSorted((a, b) => a.cursor < b.cursor ? -1 : 1).slice(0, limit);
      const value = [...stopped, ...found];
      return { value, text: value.map(statusLine).join("\n"), isDone: true };
    }
    const instances = (await Promise.all(used.map(({ sql }) => listInstances(sql)))).flat();
    const all = withCauses(instances.map((each) => statusOf(each, at)));
    const value = [...stopped, ...all.filter((each) => isAskedFor(each, filter))];
    const count = stopped.length + all.length;
    const nothing = count === 0
      ? "No instance of a process is unfinished"
      : `None of the ${count} that are unfinished is like that`;
    return { value, text: value.map(statusLine).join("\n") || nothing, isDone: true };
  },
});

/** An instance on a page; the next page begins `after` the cursor of the last. */
type PagedStatus = InstanceStatus & { readonly cursor: string };

async function pageOf(
  sql: Sql,
  { filter, after, limit, now }: {
    readonly filter: InstanceFilter;
    readonly after: string | null;
    readonly limit: number;
    readonly now: number;
  },
): Promise<readonly PagedStatus[]> {
  const found: PagedStatus[] = [];
  for (let from = after;;) {
    const rows = await pageInstances(sql, {
      ...{ process: filter.process ?? null, isStuck: filter.state === "stuck" },
      ...{ after: from, most: atOnce },
    });
    for (const { cursor, ...record } of rows) {
      const status = statusOf(record, now);
      if (isAskedFor(status, filter)) found.push({ ...status, cursor });
      if (found.length === limit) return found;
    }
    const last = rows.at(-1);
    if (!last || rows.length < atOnce) return found;
    from = last.cursor;
  }
}
