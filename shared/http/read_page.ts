import type { Sql } from "postgres";
import type { View } from "@headwater/core";

/** @internal */
type Plain = string | number | boolean;

/** Which rows a page has; `pageQuery` reads it from a request. */
export type Page<Row> = {
  /** What columns must hold; undefined: anything. */
  readonly where?: { readonly [Name in keyof Row]?: (Row[Name] & Plain) | undefined };
  /** Words that rows must have, as people write them for a search engine; the view must have a `search`. */
  readonly matching?: string | undefined;
  /** The `nextCursor` of the page before, as a number. */
  readonly before?: number | undefined;
  readonly limit: number;
};

/**
 * Which rows, and in which order.
 * @internal
 */
export type PageOptions<Row> = Page<Row> & {
  /** A column that grows with every new row and never changes, such as a position in the log. */
  readonly newestFirst: {
    [Name in keyof Row & string]: Row[Name] extends number ? Name : never;
  }[keyof Row & string];
};

/** Rows of a view, newest first, and where the next page begins; a cursor stays valid while rows come in. */
export async function readPage<Row extends Record<string, unknown>>(
  sql: Sql,
  { view, where = {}, matching, newestFirst, before, limit }:
    & PageOptions<Row>
    & { readonly view: View<Row> },
): Promise<{ readonly rows: readonly Row[]; readonly nextCursor: string | null }> {
  function column(property: keyof Row & string) {
    return sql.unsafe(`"${view.table}"."${view.columnName(property)}"`);
  }
  const order = column(newestFirst);
  const filters = Object.entries<Plain | undefined>(where).flatMap(([property, value]) =>
    value === undefined ? [] : [sql`and ${column(property)} = ${value}`]
  );
  function words(searched: string) {
    const { search } = view;
    if (!search) throw new Error(`Cannot search "${view.name}": it says not by which words`);
    const language = `pg_catalog.${search.language}`;
    return sql`and ${search.document(sql)}
      @@ websearch_to_tsquery(${language}::text::regconfig, ${searched})`;
  }
  const rows = await sql<Row[]>`
    select ${view.select(sql)} from ${view.from(sql)}
    where true ${filters.length > 0 ? filters : sql``}
      ${matching === undefined ? sql`` : words(matching)}
      ${before === undefined ? sql`` : sql`and ${order} < ${before}`}
    order by ${order} desc
    limit ${limit + 1}`;
  const page = rows.slice(0, limit);
  const last = page.at(-1)?.[newestFirst];
  return { rows: page, nextCursor: rows.length > limit ? String(last) : null };
}
