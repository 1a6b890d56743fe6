import type { Column } from "./column.ts";

/** What a table and its columns are in the text of queries. */
export type TableText = {
  /** What the table calls a column: `placedAt` is `placed_at` there. */
  columnName(property: string): string;
  select<Fragment>(sql: { unsafe(text: string): Fragment }): Fragment;
  from<Fragment>(sql: { unsafe(text: string): Fragment }): Fragment;
};

type Columns = Readonly<Record<string, Column>>;

/** Throws for names that PostgreSQL would read as others: `view` is whose table it is. */
export function tableText(
  view: string,
  { table, columns }: { readonly table: string; readonly columns: Columns },
): TableText {
  assertNames(view, { table, columns });
  const selection = Object.entries(columns).map(([property, { type }]) =>
    `${selected(`"${table}"."${columnName(property)}"`, type)} as "${property}"`
  ).join(", ");
  return {
    columnName,
    select: (sql) => sql.unsafe(selection),
    from: (sql) => sql.unsafe(`"${table}"`),
  };
}

function columnName(property: string): string {
  return property.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Longer names are cut off by PostgreSQL. */
const nameBytes = 63;
/** Each generation of a table has more behind its name. */
const tableBytes = 45;

function assertNames(
  view: string,
  { table, columns }: { readonly table: string; readonly columns: Columns },
): void {
  if (!/^[a-z][a-z0-9_]*$/.test(table) || table.length > tableBytes) {
    throw new Error(
      `Cannot define view "${view}": its table "${table}" must be in snake_case, of at most ${tableBytes} characters`,
    );
  }
  for (const column of Object.keys(columns)) {
    if (!/^[a-z][a-zA-Z0-9]*$/.test(column) || columnName(column).length > nameBytes) {
      throw new Error(
        `Cannot define view "${view}": its column "${column}" must be in camelCase, of at most ${nameBytes} characters`,
      );
    }
  }
}

/** Whole numbers come as numbers, times as JavaScript writes them: PostgreSQL's own text of them is another. */
function selected(column: string, type: Column["type"]): string {
  switch (type) {
    case "bigint":
      return `${column}::float8`;
    case "timestamp with time zone":
      return `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
    default:
      return column;
  }
}
