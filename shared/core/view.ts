import type { Column } from "./column.ts";
import type { DomainEvent, Recorded } from "./event.ts";
import type { EventOf, EventSchemas } from "./event_schemas.ts";
import { fingerprint } from "./fingerprint.ts";
import { type Search, search } from "./search.ts";
import { storableJson, storableText } from "./storable.ts";
import { type Sums, sums } from "./sums.ts";
import { tableText } from "./table_text.ts";
import { type ViewDefinition, viewDefinition } from "./view_definition.ts";

/**
 * A read model: one table, one row per key, each row a fold of the events with that key; and where it has `sums`, a
 * second table of what the rows come to together.
 * `key` and `evolve` are pure, so the table can be thrown away and rebuilt, in bulk or event by event.
 */
export type View<
  // deno-lint-ignore no-explicit-any -- workers hold views of every kind in one list
  Row extends Record<string, any> = any,
  // deno-lint-ignore no-explicit-any -- as above
  Event extends DomainEvent = any,
  Summed extends Sums | undefined = Sums | undefined,
> = {
  /** What operators call it: `deno task projections rebuild NAME`. Unique over all services; kebab-case. */
  readonly name: string;
  /** Raise it when a table, `evolve` or `contributes` changes: the read model then asks to be rebuilt. */
  readonly version: number;
  /** URL of the module that exports it, `import.meta.url` there: threads find it by that. */
  readonly module?: string | undefined;
  readonly table: string;
  readonly columns: { readonly [Name in keyof Row & string]: Column<Row[Name]> };
  /** Holds what `key` returns. */
  readonly primaryKey: keyof Row & string;
  readonly indexes: readonly (readonly (keyof Row & string)[])[];
  /** By which words its rows are found; undefined: by none. */
  readonly search: Search | undefined;
  /** Whose events it folds. */
  readonly reads: readonly EventSchemas[];
  /** What the rows come to together, in a table of its own; undefined: the view has rows alone. */
  readonly sums: Summed;
  readonly definition: ViewDefinition;
  /** Of the definition: the same for the same tables and the same versions of events. */
  readonly fingerprint: string;
  /** The same for the same text of `key` and `evolve`; what they call may be another. */
  readonly code: string;
  /** Of the row, or of all the rows, that the event concerns. Undefined: it does not concern the view. */
  key(event: Recorded<Event>): string | readonly string[] | undefined;
  /** The same as a list, in which each is once. */
  keys(event: Recorded<Event>): readonly string[];
  /** The row of one of the event's keys after the event. Undefined: no row (any more). Never changes `row` in place. */
  // deno-lint-ignore headwater/parameters -- a fold, of which most need no third
  evolve(row: Row | undefined, event: Recorded<Event>, key: string): Row | undefined;
  /**
   * What is wrong with a row, beside the one that the version before has of the same key; undefined: nothing. Asked
   * before another version takes over by itself; absent: rows are only counted.
   */
  verify?(rows: VersionedRows<Row>): string | undefined;
  /** What the table calls a column: `placedAt` is `placed_at` there. */
  columnName(property: keyof Row & string): string;
  /** Throws when a row would not come back from the table as it is, or contributes what cannot be summed. */
  check(row: Row): void;
  /**
   * For queries, with the `sql` of postgres.js or whatever else takes text as a part of one: every column, under the name and with the value that rows have, whatever the connection's settings.
   * Order by `table.column`, not by `column` alone, which is what was selected and has no index.
   */
  select<Fragment>(sql: { unsafe(text: string): Fragment }): Fragment;
  /** For queries: the table, to be spoken of as `table`. */
  from<Fragment>(sql: { unsafe(text: string): Fragment }): Fragment;
};

/**
 * The rows of one key in two versions of a view; undefined: there is none.
 * @internal
 */
type VersionedRows<Row> = {
  /** With the columns that its version has; times are ISO 8601, whole numbers are numbers. */
  readonly before: Readonly<Record<string, unknown>> | undefined;
  readonly after: Row | undefined;
};

/** `RowOf<typeof orderView>` is what its queries yield; of sums it is `RowOf<typeof salesView.sums>`. */
export type RowOf<AnyView> = AnyView extends View<infer Row> ? Row
  : AnyView extends Sums<infer _Row, infer Total> ? Total
  : never;

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

/** @internal */
type SumsOf<C extends Columns, S extends Columns> = [S] extends [never] ? undefined
  : Sums<RowOfColumns<C>, RowOfColumns<S>>;

/** Defines a read model; the types of its rows and events follow from `columns` and `reads`. */
export function view<
  const C extends Columns,
  const Schemas extends readonly EventSchemas[],
  const S extends Columns = never,
>(
  definition: {
    readonly name: string;
    readonly version: number;
    readonly module?: string;
    readonly reads: Schemas;
    /** Default: the name, in snake_case. */
    readonly table?: string;
    readonly columns: C;
    readonly primaryKey: KeyOfColumns<C>;
    readonly indexes?: readonly IndexOf<C>[];
    /** Columns whose words rows are found by, and the language of PostgreSQL's full-text search for them. */
    readonly search?: {
      readonly columns: readonly (keyof C & string)[];
      readonly language: string;
    };
    key(event: Recorded<EventOf<Schemas[number]>>): string | readonly string[] | undefined;
    // deno-lint-ignore headwater/parameters -- as in `View`
    evolve(
      row: RowOfColumns<C> | undefined,
      event: Recorded<EventOf<Schemas[number]>>,
      key: string,
    ): RowOfColumns<C> | undefined;
    /** As in `View`. */
    verify?(rows: VersionedRows<RowOfColumns<C>>): string | undefined;
    /** A second table: what all rows together contribute to whole numbers, by `key`. */
    readonly sums?: {
      readonly table: string;
      readonly columns: S;
      readonly key: readonly (keyof S & string)[];
      readonly indexes?: readonly IndexOf<S>[];
      contributes(row: RowOfColumns<C>): readonly RowOfColumns<S>[];
    };
  },
): View<RowOfColumns<C>, EventOf<Schemas[number]>, SumsOf<C, S>> {
  const { name, reads, columns, primaryKey, indexes = [] } = definition;
  const table = definition.table ?? name.replaceAll("-", "_");
  const entries = Object.entries(columns);
  const text = tableText(name, { table, columns });
  const searched = definition.search &&
    search({ name, table, columns, ...text }, definition.search);
  const summed = definition.sums && sums({ name, table }, definition.sums);

  const texts = entries.filter(([, { type }]) => type === "text" || type === "jsonb")
    .map(([property]) => property);
  /** Text that was stored before its contract made it storable must not stop the view; what `before` has was looked at. */
  function storable(row: RowOfColumns<C>, before: RowOfColumns<C> | undefined): RowOfColumns<C> {
    const values: Readonly<Record<string, unknown>> = row;
    const known: Readonly<Record<string, unknown>> | undefined = before;
    let kept: Record<string, unknown> | undefined;
    for (const property of texts) {
      const value = values[property];
      if (known && known[property] === value) continue;
      const changed = storableJson(value);
      if (changed !== value) (kept ??= { ...values })[property] = changed;
    }
    return kept ? kept as RowOfColumns<C> : row;
  }

  function key(event: Recorded<EventOf<Schemas[number]>>) {
    const key = definition.key(event);
    if (typeof key === "string") return storableText(key);
    return key?.map(storableText);
  }

  const described = viewDefinition(
    [
      { table, columns, key: [primaryKey], indexes, search: searched },
      ...(summed ? [summed] : []),
    ],
    reads,
  );
  return {
    ...definition,
    ...text,
    table,
    indexes,
    search: searched,
    sums: summed as SumsOf<C, S>,
    key,
    keys(event) {
      const keys = key(event);
      if (typeof keys === "string") return [keys];
      return keys === undefined || keys.length < 2 ? keys ?? [] : [...new Set(keys)];
    },
    evolve(row, event, key) {
      const next = definition.evolve(row, event, key);
      if (next === undefined || next === row) return next;
      const kept = storable(next, row);
      if (kept[primaryKey] !== key) {
        throw new Error(
          `Cannot keep row "${kept[primaryKey]}" of "${name}": its event has the key "${key}"`,
        );
      }
      return kept;
    },
    definition: described,
    fingerprint: fingerprint(described),
    code: fingerprint([definition.key, definition.evolve].map(String)),
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
      const other = properties.length > entries.length
        ? properties.find((property) => !Object.hasOwn(columns, property))
        : undefined;
      const objection = other === undefined ? summed?.objection(row) : `"${other}" is no column`;
      if (objection === undefined) return;
      throw new Error(`Cannot keep row "${row[primaryKey]}" of "${name}": ${objection}`);
    },
  };
}
