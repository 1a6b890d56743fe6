import type { Column } from "./column.ts";
import type { DomainEvent, Recorded } from "./event.ts";
import type { EventOf, EventSchemas } from "./event_schemas.ts";
import { fingerprint } from "./fingerprint.ts";
import { storableJson, storableText } from "./storable.ts";

/**
 * A read model: one table, one row per key, each row a fold of the events with that key.
 * `key` and `evolve` are pure, so the table can be thrown away and rebuilt, in bulk or event by event.
 */
export type View<
  // deno-lint-ignore no-explicit-any -- workers hold views of every kind in one list
  Row extends Record<string, any> = any,
  // deno-lint-ignore no-explicit-any -- as above
  Event extends DomainEvent = any,
> = {
  /** What operators call it: `deno task projections rebuild NAME`. Unique over all services; kebab-case. */
  readonly name: string;
  /** Raise it when the table or `evolve` changes: the read model then asks to be rebuilt. */
  readonly version: number;
  readonly table: string;
  readonly columns: { readonly [Name in keyof Row & string]: Column<Row[Name]> };
  /** Holds what `key` returns. */
  readonly primaryKey: keyof Row & string;
  readonly indexes: readonly (readonly (keyof Row & string)[])[];
  /** Whose events it folds. */
  readonly reads: readonly EventSchemas[];
  /** The same for the same table and the same categories of events. */
  readonly fingerprint: string;
  /** Undefined: this event does not concern the view. */
  key(event: Recorded<Event>): string | undefined;
  /** Undefined: no row (any more). Never changes `row` in place. */
  evolve(row: Row | undefined, event: Recorded<Event>): Row | undefined;
  /** What the table calls a column: `placedAt` is `placed_at` there. */
  columnName(property: keyof Row & string): string;
  /** Throws when a row would not come back from the table as it is. */
  check(row: Row): void;
  /**
   * For queries, with the `sql` of postgres.js or whatever else takes text as a part of one: every column, under the name and with the value that rows have, whatever the connection's settings.
   * Order by `table.column`, not by `column` alone, which is what was selected and has no index.
   */
  select<Fragment>(sql: { unsafe(text: string): Fragment }): Fragment;
  /** For queries: the table, to be spoken of as `table`. */
  from<Fragment>(sql: { unsafe(text: string): Fragment }): Fragment;
};

/** `RowOf<typeof orderView>` is what its queries yield. */
export type RowOf<AnyView> = AnyView extends View<infer Row> ? Row : never;

/** @internal */
type Columns = Readonly<Record<string, Column>>;
/** @internal */
type RowOfColumns<C extends Columns> = { readonly [Name in keyof C & string]: C[Name]["value"] };
/** @internal */
type KeyOfColumns<C extends Columns> = {
  [Name in keyof C & string]: C[Name] extends Column<string, "text"> ? Name : never;
}[keyof C & string];

/** @internal */
type IndexOf<C extends Columns> = readonly [keyof C & string, ...(keyof C & string)[]];

/** Defines a read model; the types of its rows and events follow from `columns` and `reads`. */
export function view<const C extends Columns, const Schemas extends readonly EventSchemas[]>(
  definition: {
    readonly name: string;
    readonly version: number;
    readonly reads: Schemas;
    /** Default: the name, in snake_case. */
    readonly table?: string;
    readonly columns: C;
    readonly primaryKey: KeyOfColumns<C>;
    readonly indexes?: readonly IndexOf<C>[];
    key(event: Recorded<EventOf<Schemas[number]>>): string | undefined;
    evolve(
      row: RowOfColumns<C> | undefined,
      event: Recorded<EventOf<Schemas[number]>>,
    ): RowOfColumns<C> | undefined;
  },
): View<RowOfColumns<C>, EventOf<Schemas[number]>> {
  const { name, reads, columns, primaryKey, indexes = [] } = definition;
  const table = definition.table ?? name.replaceAll("-", "_");
  const entries = Object.entries(columns);
  assertNames(name, { table, columns: Object.keys(columns) });

  const selection = entries.map(([property, { type }]) =>
    `${selected(`"${table}"."${columnName(property)}"`, type)} as "${property}"`
  ).join(", ");

  const texts = entries.filter(([, { type }]) => type === "text" || type === "jsonb")
    .map(([property]) => property);
  /** Text that was stored before its contract made it storable must not stop the view. */
  function storable(row: RowOfColumns<C>): RowOfColumns<C> {
    const values: Readonly<Record<string, unknown>> = row;
    const changed = texts.map((property) => [property, storableJson(values[property])] as const)
      .filter(([property, value]) => value !== values[property]);
    return changed.length === 0 ? row : { ...row, ...Object.fromEntries(changed) };
  }

  return {
    ...definition,
    table,
    indexes,
    key(event) {
      const key = definition.key(event);
      return key === undefined ? undefined : storableText(key);
    },
    evolve(row, event) {
      const next = definition.evolve(row, event);
      return next === undefined || next === row ? next : storable(next);
    },
    fingerprint: fingerprint({
      table,
      columns: entries.map(([property, { type, isNullable }]) => [property, type, isNullable])
        .toSorted(),
      primaryKey,
      indexes,
      reads: reads.map(({ category }) => category).toSorted(),
    }),
    columnName,
    check(row) {
      for (const [property, column] of entries) {
        const objection = column.objection(row[property]);
        if (objection !== undefined) {
          throw new Error(
            `Cannot keep row "${row[primaryKey]}" of "${name}": "${property}" ${objection}`,
          );
        }
      }
      const properties = Object.keys(row);
      if (properties.length === entries.length) return;
      const other = properties.find((property) => !Object.hasOwn(columns, property));
      throw new Error(
        `Cannot keep row "${row[primaryKey]}" of "${name}": "${other}" is no column`,
      );
    },
    select: (sql) => sql.unsafe(selection),
    from: (sql) => sql.unsafe(`"${table}"`),
  };
}

function columnName(property: string): string {
  return property.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Longer names are cut off by PostgreSQL. */
const nameBytes = 63;

function assertNames(
  name: string,
  { table, columns }: { readonly table: string; readonly columns: readonly string[] },
): void {
  if (!/^[a-z][a-z0-9_]*$/.test(table) || table.length > nameBytes) {
    throw new Error(
      `Cannot define view "${name}": its table "${table}" must be in snake_case, of at most ${nameBytes} characters`,
    );
  }
  for (const column of columns) {
    if (!/^[a-z][a-zA-Z0-9]*$/.test(column) || columnName(column).length > nameBytes) {
      throw new Error(
        `Cannot define view "${name}": its column "${column}" must be in camelCase, of at most ${nameBytes} characters`,
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
