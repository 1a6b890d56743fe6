import type { Fragment } from "postgres";
import type { Queryable } from "./generation.ts";
import { columnArray } from "./column_array.ts";
import type { Outstanding } from "./row_changes.ts";
import { SumChanges, type Sums } from "./sum_changes.ts";
import { inTurns } from "./in_turns.ts";
import { quoted, type TableColumn, type TableDefinition } from "./table_definition.ts";

/** What is to be added to sums, as it is sent: an array per column. */
export type PackedSums = { readonly count: number; readonly arrays: readonly string[] };

/** Adds to the sums of a view, in the statement that writes its rows. */
export class SumsTable {
  readonly #sums: Sums;
  readonly #table: string;
  readonly #columns: readonly TableColumn[];
  readonly #key: readonly TableColumn[];
  readonly #summed: readonly TableColumn[];

  constructor(sums: Sums, { physicalName, columns }: TableDefinition) {
    const isKey = ({ property }: TableColumn) => sums.key.includes(property);
    this.#sums = sums;
    this.#table = quoted(physicalName);
    this.#columns = columns;
    this.#key = columns.filter(isKey);
    this.#summed = columns.filter((column) => !isKey(column));
  }

  /** What these rows, which were checked, change of the sums; undefined: nothing. */
  async pack({ written, replaced }: Outstanding): Promise<PackedSums | undefined> {
    const changes = new SumChanges(this.#sums);
    await inTurns(replaced, (row) => changes.subtract(row));
    await inTurns(written, (row) => changes.add(row));
    return await this.packed(changes);
  }

  /** The same of what was added up already. */
  async packed(changes: SumChanges): Promise<PackedSums | undefined> {
    const rows = changes.outstanding();
    if (rows.length === 0) return undefined;
    const arrays: string[] = [];
    for (const { property } of this.#columns) {
      arrays.push(await columnArray(rows, { property, isJson: false }));
    }
    return { count: rows.length, arrays };
  }

  /**
   * Parts of a `with` that add to the sums, where `condition` holds, and take away those that come to nothing. The sums
   * must not have been changed since the statement began, which moving the checkpoint in it makes sure of.
   */
  add(
    sql: Queryable,
    { packed, condition }: { readonly packed: PackedSums; readonly condition: Fragment },
  ): Fragment {
    const values = packed.arrays.map((array, index) =>
      sql`${array}::text::${sql.unsafe(this.#columns[index]!.type)}[]`
    );
    const names = list(this.#columns, ({ name }) => quoted(name));
    const added = list(this.#columns, ({ name }) => `added.${quoted(name)}`);
    const sameKey = (one: string, other: string) =>
      this.#key.map(({ name }) => `${one}.${quoted(name)} = ${other}.${quoted(name)}`)
        .join(" and ");
    const comesToNothing = this.#summed
      .map(({ name }) => `kept.${quoted(name)} + added.${quoted(name)} = 0`).join(" and ");
    const sums = list(
      this.#summed,
      ({ name }) => `${quoted(name)} = kept.${quoted(name)} + excluded.${quoted(name)}`,
    );
    return sql`
      added as materialized (
        select ${sql.unsafe(added)}, coalesce(${
      sql.unsafe(comesToNothing)
    }, false) as "comes to nothing"
        from unnest(${values.reduce((before, value) => sql`${before}, ${value}`)})
          as added (${sql.unsafe(names)})
        left join ${sql.unsafe(this.#table)} as kept on ${sql.unsafe(sameKey("kept", "added"))}
        where ${condition}
      ), gone as (
        delete from ${sql.unsafe(this.#table)} as kept using added
        where ${sql.unsafe(sameKey("kept", "added"))} and added."comes to nothing"
      ), summed as (
        insert into ${sql.unsafe(this.#table)} as kept (${sql.unsafe(names)})
        select ${sql.unsafe(names)} from added where not "comes to nothing"
        on conflict (${sql.unsafe(list(this.#key, ({ name }) => quoted(name)))})
        do update set ${sql.unsafe(sums)}
      )`;
  }
}

/** PostgreSQL's codes where a check does not hold, and where a number is too large for its type. */
function list(columns: readonly TableColumn[], text: (column: TableColumn) => string): string {
  return columns.map(text).join(", ");
}
