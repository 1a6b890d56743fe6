import type { Column } from "./column.ts";
import { tableText } from "./table_text.ts";

/**
 * The second table of a view: sums of what its rows contribute, kept exact while the rows change. What a row does not
 * contribute any more is subtracted, what it contributes now is added, in the statement that writes the row; sums that
 * are all zero have no row. So they are at any time, however they came about, what all rows together contribute.
 *
 * @internal Outside it is `View["sums"]`.
 */
export type Sums<
  // deno-lint-ignore no-explicit-any -- workers hold views of every kind in one list
  Row extends Record<string, any> = any,
  // deno-lint-ignore no-explicit-any -- as above
  Total extends Record<string, any> = any,
> = {
  readonly table: string;
  readonly columns: { readonly [Name in keyof Total & string]: Column<Total[Name]> };
  /** By what is summed: one row for each combination of their values, which is its primary key. */
  readonly key: readonly (keyof Total & string)[];
  /**
   * All other columns: whole numbers. Any number of them can be added up: a sum that is no safe integer any more is read
   * as the nearest number, and kept as it is.
   */
  readonly summed: readonly (keyof Total & string)[];
  readonly indexes: readonly (readonly [keyof Total & string, ...(keyof Total & string)[]])[];
  /** What a row adds to the sums: the same for the same row, in one part or several, also for the same key. */
  contributes(row: Row): readonly Total[];
  /** Why something that a row contributes cannot be kept; undefined: it can. */
  objection(row: Row): string | undefined;
  /** What the table calls a column. */
  columnName(property: string): string;
  /** For queries, as the view's own. */
  select<Fragment>(sql: { unsafe(text: string): Fragment }): Fragment;
  /** For queries: the table, to be spoken of as `table`. */
  from<Fragment>(sql: { unsafe(text: string): Fragment }): Fragment;
};

type Columns = Readonly<Record<string, Column>>;

export type SumsDefinition = {
  readonly table: string;
  readonly columns: Columns;
  readonly key: readonly string[];
  readonly indexes?: readonly (readonly [string, ...string[]])[];
  // deno-lint-ignore no-explicit-any -- `view` says what rows and contributions are
  contributes(row: any): readonly any[];
};

const keyTypes: readonly string[] = ["text", "bigint", "boolean", "timestamp with time zone"];

/** Throws where the definition could not be kept exactly. */
export function sums(
  view: { readonly name: string; readonly table: string },
  definition: SumsDefinition,
): Sums {
  const { table, columns, key, indexes = [] } = definition;
  const text = tableText(view.name, { table, columns });
  const summed = Object.keys(columns).filter((column) => !key.includes(column));
  const objection = definitionObjection(view, { table, columns, key, summed, indexes });
  if (objection !== undefined) {
    throw new Error(`Cannot define view "${view.name}": ${objection}`);
  }
  const entries = Object.entries(columns);
  return {
    ...definition,
    ...text,
    columns: Object.fromEntries(
      entries.map(([name, column]) => [name, summed.includes(name) ? column.summed() : column]),
    ),
    summed,
    indexes,
    objection(row) {
      for (const contribution of definition.contributes(row)) {
        const found = contributionObjection(contribution);
        if (found !== undefined) return `what it contributes to "${table}" ${found}`;
      }
      return undefined;
    },
  };

  function contributionObjection(contribution: Readonly<Record<string, unknown>>) {
    for (const [property, column] of entries) {
      const found = column.objection(contribution[property]);
      if (found !== undefined) return `has "${property}", which ${found}`;
    }
    const properties = Object.keys(contribution);
    if (properties.length === entries.length) return undefined;
    const other = properties.find((property) => !Object.hasOwn(columns, property));
    return `has "${other}", which is no column`;
  }
}

type Defined = Required<Omit<SumsDefinition, "contributes">> & {
  readonly summed: readonly string[];
};

function definitionObjection(
  view: { readonly table: string },
  { table, columns, key, summed, indexes }: Defined,
): string | undefined {
  if (table === view.table) return `its rows and its sums are both in table "${table}"`;
  if (key.length === 0) return `its sums have no key`;
  if (new Set(key).size < key.length) return `the key of its sums has a column twice`;
  const unknown = [...key, ...indexes.flat()].find((name) => !Object.hasOwn(columns, name));
  if (unknown !== undefined) return `its sums have no column "${unknown}"`;
  for (const name of key) {
    const { type, isNullable } = columns[name]!;
    if (isNullable) return `"${name}" is in the key of its sums, and may not be null`;
    if (!keyTypes.includes(type)) return `"${name}" of type ${type} cannot be in the key of sums`;
  }
  if (summed.length === 0) return `its sums have nothing but a key`;
  const unsummable = summed.find((name) =>
    columns[name]!.type !== "bigint" || columns[name]!.isNullable
  );
  return unsummable === undefined
    ? undefined
    : `"${unsummable}" cannot be summed: it must be a column of integers, and not nullable`;
}
