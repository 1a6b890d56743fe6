import type { View } from "@headwater/core";
import type { Sql } from "postgres";
import { answered } from "./answered.ts";
import type { Checkpoint, Generation, GenerationStatus, Verdict } from "./generation.ts";
import { checksums, type ContentTable, contentTables } from "./generation_contents.ts";
import { isAt } from "./lease.ts";
import { compareVersions, mostExamples, patienceMs, rowsOfVersion } from "./verify_version.ts";
import { literal, quoted, suffixOf } from "./table_definition.ts";

type Candidate = Pick<Generation, "name" | "generation" | "version" | "fingerprint">;

/** The generation that a candidate is compared with, and where it was; or why there is none. */
export type Before =
  | { readonly position: number; readonly isSame: boolean }
  | { readonly note: string };

/**
 * Keeps in mind what each row of the live generation is, as of one position of it, while it goes on: a checksum per key,
 * of its sums as well, or, where the definition is another, the row itself for the view's own `verify`.
 */
export async function rememberLive(
  sql: Sql,
  { view, candidate }: { readonly view: View; readonly candidate: Candidate },
): Promise<Before> {
  const [live] = await answered(() =>
    sql<Pick<Generation, "version" | "fingerprint" | "definition" | "state" | "generation">[]>`
      select version, fingerprint, definition, state, generation from projection_generation
      where name = ${view.name} and status = 'live'`
  );
  if (!live) return { note: "there was none to compare it with" };
  if (live.state === "other-log") return { note: "the one before was filled from another log" };
  // Another version folds in another way, also where its tables are the same
  const isSame = live.version === candidate.version && live.fingerprint === candidate.fingerprint;
  const before = beforeTable(view, candidate);
  const held = isSame ? checksums(view, live) : rowsOfVersion(view, live);
  await answered(() =>
    sql.unsafe(`
      drop table if exists ${before};
      create unlogged table ${before} as
      select rows.place, rows.key, rows.row, reached.position
      from (
        select position from projection_generation
        where name = ${literal(view.name)} and generation = ${live.generation}
      ) as reached
      left join (${held}) as rows on true;
      ${isSame ? "" : `create index on ${before} (key);`}
      analyze ${before}`), { patienceMs });
  const position = await rememberedPlace(sql, before);
  return typeof position === "number"
    ? { position, isSame }
    : { note: "the one before held nothing" };
}

/** Where the live generation was that is remembered; undefined: nothing is. */
async function rememberedPlace(sql: Sql, before: string): Promise<number | null | undefined> {
  const [place] = await answered(() =>
    sql<{ position: number | null }[]>`
      select position::float8 as position from ${sql.unsafe(before)} limit 1`
  );
  return place?.position;
}

/** How far the live generation is, which the filling of another must not pass before they are compared; undefined: there is none. */
export async function livePlace(
  sql: Sql,
  { name }: Pick<View, "name">,
): Promise<{ readonly position: number | undefined; readonly isOfOtherLog: boolean } | undefined> {
  const [live] = await answered(() =>
    sql<{ position: number | null; isOfOtherLog: boolean }[]>`
      select position::float8 as position, state = 'other-log' as "isOfOtherLog"
      from projection_generation where name = ${name} and status = 'live'`
  );
  return live && { ...live, position: live.position ?? undefined };
}

/**
 * Compares a candidate with what was remembered; both are at the same position now. Undefined: what was remembered is not
 * there any more, since PostgreSQL has crashed, or something else is.
 */
export async function compareWithLive(
  sql: Sql,
  { view, candidate, position, isSame }: {
    readonly view: View;
    readonly candidate: Candidate;
    readonly position: number;
    /** Both have the same definition. */
    readonly isSame: boolean;
  },
): Promise<Verdict | undefined> {
  const before = beforeTable(view, candidate);
  if (await rememberedPlace(sql, before) !== position) return undefined;
  if (!isSame) {
    const tables = { before, after: quoted(`${view.table}${suffixOf(candidate)}`) };
    const verdict = await compareVersions(sql, { view, tables, position });
    return await rememberedPlace(sql, before) === position ? verdict : undefined;
  }
  const [found] = await answered(
    () =>
      sql<{ remembered: number; differing: number; first: { place: number; key: string }[] }[]>`
      with different as materialized (
        select place, key
        from (select place, key, row from ${sql.unsafe(before)} where key is not null) as before
        full join (${sql.unsafe(checksums(view, candidate))}) as after using (place, key)
        where before.row is distinct from after.row
      )
      select (
        select position::float8 from ${sql.unsafe(before)} limit 1
      ) as remembered, (select count(*)::float8 from different) as differing, (
        select coalesce(json_agg(first), '[]')
        from (select place, key from different order by place, key limit ${mostExamples}) as first
      ) as first`,
    { patienceMs },
  );
  const { remembered, differing, first } = found!;
  if (remembered !== position) return undefined;
  const examples: Verdict["examples"][number][] = [];
  for (const [place, table] of contentTables(view, candidate).entries()) {
    const keys = first.filter((each) => each.place === place).map(({ key }) => key);
    if (keys.length === 0) continue;
    const found = await examplesOf(sql, { table, keys });
    examples.push(
      ...found.map((each) => place === 0 ? each : { ...each, key: `${table.name} ${each.key}` }),
    );
  }
  return { position, differing, examples, note: null };
}

/** Rows that differ, as they are now in the table that is read and in the candidate's. */
async function examplesOf(
  sql: Sql,
  { table, keys }: { readonly table: ContentTable; readonly keys: readonly string[] },
): Promise<Verdict["examples"]> {
  const rowOf = (name: string) =>
    sql.unsafe(`(
      select row_to_json(held) from ${quoted(name)} as held where ${table.key} = wanted.key limit 1
    )`);
  return await answered(() =>
    sql<Verdict["examples"]>`
      select wanted.key, ${rowOf(table.name)} as before, ${rowOf(table.physicalName)} as after
      from json_array_elements_text(${JSON.stringify(keys)}::text::json) as wanted (key)`, {
    patienceMs,
  });
}

/**
 * Writes down how a candidate compares: it is ready then, and waits for an operator where rows differ. Yields its status;
 * undefined: it is not where it was, or another process has it.
 */
export async function writeVerdict(
  sql: Sql,
  { verdict, ...left }:
    & Pick<Generation, "name" | "generation">
    & { readonly at: Checkpoint; readonly verdict: Verdict },
): Promise<GenerationStatus | undefined> {
  const [written] = await answered(() =>
    sql<{ status: GenerationStatus }[]>`
      update projection_generation
      set status = 'ready', verdict = ${JSON.stringify(verdict)}::text::jsonb,
          switches = switches and ${verdict.differing === 0}, state = 'catching-up',
          replayed = null, target = null, events_per_second = null, updated_at = now()
      where ${isAt(sql, left)} and status in ('building', 'verifying')
      returning status`
  );
  return written?.status;
}

/** What was remembered is of no use any more. */
export async function forgetLive(
  sql: Sql,
  { view, candidate }: { readonly view: View; readonly candidate: Candidate },
): Promise<void> {
  await answered(() =>
    sql.unsafe(`
      set local client_min_messages = 'warning';
      drop table if exists ${beforeTable(view, candidate)}`)
  );
}

function beforeTable(view: View, candidate: Candidate): string {
  return quoted(`${view.table}${suffixOf(candidate)}__before`);
}
