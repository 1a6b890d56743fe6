import type { Log } from "@headwater/core";
import type { Sql } from "postgres";
import type { Process } from "./process.ts";

/** An unfinished instance that runs by a version of its definition that the code here lacks. */
type StrandedInstance = {
  readonly process: string;
  readonly id: string;
  readonly version: number;
};

/** So many are named; how many there are is said in any case. */
const mostNamed = 100;

/**
 * Looks for unfinished instances that run by a version of their definition that the code here lacks, before any process
 * starts. Where that is allowed they are stuck from now on, with that cause, until a release has their version.
 *
 * Errors: they are not allowed; the message has their ids, and what to do.
 */
export async function gateStranded(
  sql: Sql,
  { processes, isAllowed, logger }: {
    readonly processes: readonly Pick<Process, "name" | "versions">[];
    readonly isAllowed: boolean;
    readonly logger: Log;
  },
): Promise<void> {
  const known = processes.filter(({ versions }) => versions !== undefined)
    .map(({ name: process, versions }) => ({ process, versions }));
  if (known.length === 0) return;
  const given = sql`
    json_to_recordset(${JSON.stringify(known)}::text::json) as known (process text, versions json)
    where known.process = stored.process and stored.version is not null
      and not exists (
        select from json_array_elements_text(versions) where value::integer = stored.version)`;
  const stranded = await sql<StrandedInstance[]>`
    select stored.process, id, version from process_instance as stored, ${given}
    order by stored.process, version, started_at, id`;
  if (stranded.length === 0) return;
  if (!isAllowed) throw new Error(refusalText(stranded));
  await sql`
    update process_instance as stored
    set state = 'stuck', stuck_by = 'version', due_at = null,
        waiting_since = case when stuck_by = 'version' then waiting_since else now() end,
        cause = 'it runs by version ' || version || ', which this release lacks'
    from ${given}`;
  for (const [name, own] of Map.groupBy(stranded, nameOf)) {
    logger.warn("instances are stranded: this release lacks their version", {
      definition: name,
      count: own.length,
      ids: own.slice(0, mostNamed).map(({ id }) => id),
    });
  }
}

function nameOf({ process, version }: StrandedInstance): string {
  return `${process}@${version}`;
}

function refusalText(stranded: readonly StrandedInstance[]): string {
  const lines = Map.groupBy(stranded, nameOf).entries().map(([name, own]) => {
    const more = own.length > mostNamed ? ` and ${own.length - mostNamed} more` : "";
    return `  ${name}: ${own.slice(0, mostNamed).map(({ id }) => id).join(", ")}${more}`;
  });
  const count = stranded.length === 1 ? "1 instance runs" : `${stranded.length} instances run`;
  return [
    `Cannot start: ${count} by versions that this release lacks`,
    ...lines,
    "Start a release that has these versions, or say how they go over to another one; with --allow-stranded they stay stuck",
  ].join("\n");
}
