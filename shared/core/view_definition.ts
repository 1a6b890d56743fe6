import type { Column } from "./column.ts";
import type { EventSchemas } from "./event_schemas.ts";

/**
 * What a table consists of, in names that rows have for it.
 * @internal
 */
export type TableShape = {
  /** What queries call it. */
  readonly table: string;
  /** By property: its type in PostgreSQL, with `null` behind it where it may be. */
  readonly columns: Readonly<Record<string, string>>;
  readonly key: readonly string[];
  readonly indexes: readonly (readonly string[])[];
  /** By which words its rows are found; absent: by none. */
  readonly search?: { readonly columns: readonly string[]; readonly language: string };
};

/**
 * What a view's tables consist of, and what they are made from: JSON.
 * @internal
 */
export type ViewDefinition = {
  /** That of its rows, and that of its sums where it has them. */
  readonly tables: readonly TableShape[];
  /** By category and type of event: the newest version of its schema. */
  readonly reads: Readonly<Record<string, Readonly<Record<string, number>>>>;
};

type Shaped = Omit<TableShape, "columns" | "search"> & {
  readonly columns: Readonly<Record<string, Column>>;
  readonly search?: TableShape["search"] | undefined;
};

export function viewDefinition(
  tables: readonly Shaped[],
  reads: readonly EventSchemas[],
): ViewDefinition {
  return {
    tables: tables.map(({ table, columns, key, indexes, search }) => ({
      table,
      columns: Object.fromEntries(
        Object.entries(columns).map(([property, { type, isNullable }]) => [
          property,
          isNullable ? `${type} null` : type,
        ]),
      ),
      key,
      indexes,
      // Definitions of what is not searched stay what they were
      ...(search && { search: { columns: search.columns, language: search.language } }),
    })),
    reads: Object.fromEntries(reads.map(({ category, versions }) => [category, versions])),
  };
}
