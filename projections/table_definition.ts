import type { View } from "@headwater/core";

/** A column of a view's table, with the name that rows have for it. */
export type TableColumn = {
  readonly property: string;
  readonly name: string;
  /** As PostgreSQL names it. */
  readonly type: string;
  readonly isNullable: boolean;
};

/** An index of a table. */
export type Index =
  | { readonly columns: readonly string[]; readonly isUnique: boolean }
  /** Finds rows by their words; a table has one of them. */
  | { readonly document: string };

/** One of the tables that a view has. */
export type TableDefinition = {
  /** What queries call it. */
  readonly name: string;
  /** What PostgreSQL calls it: the same, and what was asked for behind it. */
  readonly physicalName: string;
  readonly columns: readonly TableColumn[];
  /** Names of its columns, as those of the indexes are. */
  readonly primaryKey: readonly string[];
  readonly indexes: readonly (readonly string[])[];
  /** The expression of the index that finds rows by their words; undefined: there is none. */
  readonly document: string | undefined;
};

type Tabled = Pick<View, "table" | "columns" | "columnName">;

function tableColumns({ columns, columnName }: Tabled): TableColumn[] {
  return Object.entries(columns).map(([property, { type, isNullable }]) => ({
    property,
    name: columnName(property),
    type,
    isNullable,
  }));
}

/**
 * The table of a view's rows, and that of its sums where it has them: they are made, emptied and dropped together.
 * `suffix` tells them from other tables of the same view.
 */
export function tablesOf(view: View, suffix = ""): TableDefinition[] {
  const { sums, columnName } = view;
  const rows = {
    ...named(view),
    primaryKey: [columnName(view.primaryKey)],
    indexes: view.indexes.map((index) => index.map(columnName)),
    document: view.search?.document({ unsafe: (text) => text }, `${view.table}${suffix}`),
  };
  if (!sums) return [rows];
  return [rows, {
    ...named(sums),
    columns: tableColumns(sums).map((column) =>
      // Of any size: a sum that is too large would stop all that is to be added to it
      sums.summed.includes(column.property) ? { ...column, type: "numeric" } : column
    ),
    primaryKey: sums.key.map(columnName),
    indexes: sums.indexes.map((index) => index.map(columnName)),
    document: undefined,
  }];

  function named(table: Tabled) {
    const physicalName = `${table.table}${suffix}`;
    return { name: table.table, physicalName, columns: tableColumns(table) };
  }
}

/** DDL that makes a view's tables, without their indexes. */
export function createTables(view: View, suffix = ""): string {
  return tablesOf(view, suffix).map(({ physicalName, columns, primaryKey }) => {
    const parts = columns.map(({ name, type, isNullable }) =>
      `${quoted(name)} ${type}${isNullable ? "" : " not null"}`
    );
    const key = `primary key (${primaryKey.map(quoted).join(", ")})`;
    return `create table ${quoted(physicalName)} (${[...parts, key].join(", ")});`;
  }).join("\n");
}

/** DDL that makes the indexes of tables that have none. */
export function createIndexes(view: View, suffix = ""): string {
  return tablesOf(view, suffix).flatMap((table) =>
    indexesOf(table).map((index) => createIndex(quoted(table.physicalName), index))
  ).join("\n");
}

/** The indexes of a table beside its key. */
export function indexesOf({ indexes, document }: TableDefinition): Index[] {
  return [
    ...indexes.map((columns) => ({ columns, isUnique: false })),
    ...(document === undefined ? [] : [{ document }]),
  ];
}

/** DDL; the table's name is as SQL has it. */
export function createIndex(table: string, index: Index): string {
  if ("document" in index) return `create index on ${table} using gin (${index.document});`;
  const names = index.columns.map(quoted).join(", ");
  return `create ${index.isUnique ? "unique " : ""}index on ${table} (${names});`;
}

/** What is behind the names of a generation's tables. */
export function suffixOf({ generation }: { readonly generation: number }): string {
  return `__${generation}`;
}

export function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

/** A text as SQL has it. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
