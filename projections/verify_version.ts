import type { View } from "@headwater/core";
import type { Sql } from "postgres";
import { answered } from "./answered.ts";
import type { Generation, Verdict } from "./generation.ts";
import { quoted, suffixOf } from "./table_definition.ts";

/** So many of the rows that differ are shown. */
export const mostExamples = 20;
/** So many rows are compared at a time. */
const pageRows = 2_000;
/** For as much as a table may hold. */
export const patienceMs = 600_000;

type Compared = {
  readonly view: View;
  /** Names as SQL has them: what was remembered of the generation before, and the table of this one. */
  readonly tables: { readonly before: string; readonly after: string };
  readonly position: number;
};

/** A query for the rows of another version of a view, each as JSON with the names that its rows have. */
export function rowsOfVersion(
  view: View,
  { generation, definition }: Pick<Generation, "generation" | "definition">,
): string {
  const columns = definition.tables[0]?.columns ?? {};
  const values = Object.entries(columns).map(([property, type]) => {
    const column = quoted(view.columnName(property));
    const isTime = type.startsWith("timestamp");
    const value = isTime
      ? `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
      : column;
    return `${value} as ${quoted(property)}`;
  });
  const table = quoted(`${view.table}${suffixOf({ generation })}`);
  // Nothing is known of the columns of a release that knew no generations
  const row = values.length > 0
    ? `(select held from (select ${values.join(", ")}) as held)`
    : "rows";
  return `select 0 as place, rows.${
    quoted(view.columnName(view.primaryKey))
  } as key, row_to_json(${row}) as row from ${table} as rows`;
}

/** Compares a generation with one of another version: by the view's own `verify` if it has one, and in how many rows. */
export async function compareVersions(sql: Sql, compared: Compared): Promise<Verdict> {
  const { tables: { before, after }, position, view } = compared;
  const [counts] = await answered(() =>
    sql<{ before: number; after: number }[]>`
      select (select count(key)::float8 from ${sql.unsafe(before)}) as before,
        (select count(*)::float8 from ${sql.unsafe(after)}) as after`, { patienceMs });
  const { before: was, after: is } = counts!;
  const note = `the version is another: ${was} rows before, ${is} now`;
  const { differing, examples } = view.verify
    ? await askView(sql, compared)
    : { differing: 0, examples: [] };
  return { position, differing, examples, note };
}

/** Shows the view each pair of rows. */
async function askView(
  sql: Sql,
  { view, tables: { before, after } }: Compared,
): Promise<Pick<Verdict, "differing" | "examples">> {
  const key = quoted(view.columnName(view.primaryKey));
  const examples: Verdict["examples"][number][] = [];
  let differing = 0;
  function show(key: string, rows: Rows): void {
    const objection = view.verify!({
      before: rows.before ?? undefined,
      after: rows.after ?? undefined,
    });
    if (objection === undefined) return;
    differing++;
    if (examples.length < mostExamples) examples.push({ key, ...rows, objection });
  }
  for (let last: string | null = null;;) {
    const page: Page = await answered(
      () =>
        sql<Page>`
        select now.key, was.row as before, now.row as after
        from (
          select held.${sql.unsafe(quoted(view.primaryKey))} as key, row_to_json(held) as row
          from (
            select ${view.select(sql)} from ${sql.unsafe(after)} as ${view.from(sql)}
            where ${last}::text is null or ${sql.unsafe(key)} > ${last}
            order by ${view.from(sql)}.${sql.unsafe(key)} limit ${pageRows}
          ) as held
        ) as now
        left join ${sql.unsafe(before)} as was on was.key = now.key
        order by now.key`,
      { patienceMs },
    );
    for (const { key, ...rows } of page) show(key, rows);
    if (page.length < pageRows) break;
    last = page.at(-1)!.key;
  }
  const gone = await answered(() =>
    sql<{ key: string; before: Rows["before"] }[]>`
      select was.key, was.row as before from ${sql.unsafe(before)} as was
      where was.key is not null and not exists (
        select from ${sql.unsafe(after)} as now where now.${sql.unsafe(key)} = was.key
      ) order by was.key`, { patienceMs });
  for (const { key, before } of gone) show(key, { before, after: null });
  return { differing, examples };
}

type Rows = {
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
};

type Page = readonly (Rows & { readonly key: string })[];
