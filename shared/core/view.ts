import type { DomainEvent, Recorded } from "./event.ts";
import type { EventSchemas } from "./event_schemas.ts";

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
  /** The columns of `table` as SQL, between the parentheses of CREATE TABLE. */
  readonly columns: string;
  /** More DDL for the table, for example its indexes; each statement must be repeatable (`if not exists`). */
  readonly indexes?: readonly string[];
  /** The table's primary key; holds what `key` returns. */
  readonly keyColumn: keyof Row & string;
  /** Whose events it folds. */
  readonly reads: readonly EventSchemas[];
  /** Undefined: this event does not concern the view. */
  key(event: Recorded<Event>): string | undefined;
  /** Undefined: no row (any more). Never changes `row` in place. */
  evolve(row: Row | undefined, event: Recorded<Event>): Row | undefined;
};
