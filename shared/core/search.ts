import type { Column } from "./column.ts";

/**
 * What of a view's rows is searched by words: an index of PostgreSQL's full-text search, over the table as it is, so
 * that rows are written, filled in bulk, compared and rebuilt as those of any other view.
 *
 * @internal Outside it is `View["search"]`.
 */
export type Search = {
  readonly columns: readonly string[];
  /** A configuration of PostgreSQL's, such as `english`; `simple` knows no grammar. */
  readonly language: string;
  /**
   * For queries, as the view's own `select`: the words of a row, to be matched with `@@`. It is the very expression of
   * the index, which is not found by another one. `table`: what the table is called there, if not as the view has it.
   */
  document<Fragment>(sql: { unsafe(text: string): Fragment }, table?: string): Fragment;
};

type Named = {
  readonly name: string;
  readonly table: string;
  readonly columns: Readonly<Record<string, Column>>;
  columnName(property: string): string;
};

/** Longer texts are searched up to here: words beyond a megabyte are refused by PostgreSQL, and the row with them. */
const mostCharacters = 50_000;

/** Throws where what is to be searched is no text. */
export function search(
  { name, table, columns, columnName }: Named,
  definition: { readonly columns: readonly string[]; readonly language: string },
): Search {
  const { columns: searched, language } = definition;
  if (!/^[a-z_]+$/.test(language)) {
    throw new Error(`Cannot define view "${name}": "${language}" is no language of a search`);
  }
  if (searched.length === 0) throw new Error(`Cannot define view "${name}": it searches nothing`);
  const other = searched.find((property) => columns[property]?.type !== "text");
  if (other !== undefined) {
    throw new Error(`Cannot define view "${name}": it searches "${other}", which is no text`);
  }
  return {
    ...definition,
    document(sql, called = table) {
      const texts = searched.map((property) => {
        const text = `"${called}"."${columnName(property)}"`;
        return columns[property]!.isNullable ? `coalesce(${text}, '')` : text;
      });
      const all = `left(${texts.join(" || ' ' || ")}, ${mostCharacters})`;
      return sql.unsafe(`to_tsvector('pg_catalog.${language}'::regconfig, ${all})`);
    },
  };
}
