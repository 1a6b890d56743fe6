import type { View } from "@headwater/core";
import type { Fragment } from "postgres";
import { answered } from "./answered.ts";
import type { Queryable } from "./checkpoint.ts";
import { type Column, columnArray, fitsArrays } from "./column_array.ts";
import { inTurns } from "./in_turns.ts";
import type { Row } from "./row_changes.ts";

/** Rows as they are sent. */
export type PackedRows = { readonly arrays: readonly string[] } | { readonly json: string };

type Putting = { readonly packed: PackedRows; readonly condition: Fragment };

/**
 * Reads and writes the rows of a view's table.
 *
 * Rows travel as JSON both ways, so that a row comes back from PostgreSQL as `evolve` made it, whatever the types of
 * its columns and the settings of the connection: a fold that goes through the table gives what a fold in memory gives.
 */
export class ViewTable {
  readonly #view: View;
  readonly #table: string;
  readonly #key: string;
  readonly #keyType: string;
  readonly #columns: string;
  readonly #written: readonly Column[];
  readonly #selection: string;
  readonly #onConflict: string;

  private constructor(view: View, columns: readonly Column[]) {
    const key = columns.find(({ name }) => name === view.keyColumn);
    if (!key) {
      throw new Error(
        `Cannot use table "${view.table}" of view "${view.name}": it has no column "${view.keyColumn}"`,
      );
    }
    const assignments = columns.filter((column) => column !== key)
      .map(({ name }) => `${quoted(name)} = excluded.${quoted(name)}`);
    this.#view = view;
    this.#table = quoted(view.table);
    this.#key = quoted(view.keyColumn);
    this.#keyType = key.type;
    this.#written = columns;
    this.#columns = columns.map(({ name }) => quoted(name)).join(", ");
    this.#selection = columns.map(selected).join(", ");
    this.#onConflict = assignments.length > 0 ? `update set ${assignments.join(", ")}` : "nothing";
  }

  /** The table as it is; columns that PostgreSQL computes are left to it. Undefined when it is not there. */
  static async open(sql: Queryable, view: View): Promise<ViewTable | undefined> {
    const columns = await answered(() =>
      sql<Column[]>`
        select attname as name, atttypid::regtype::text as type
        from pg_attribute
        where attrelid = to_regclass(quote_ident(${view.table})) and attnum > 0
          and not attisdropped and attgenerated = '' and attidentity = ''
        order by attnum`
    );
    return columns.length === 0 ? undefined : new ViewTable(view, columns);
  }

  /** The rows there are of these keys. */
  async read(sql: Queryable, keys: readonly string[]): Promise<Map<string, Row>> {
    const found = await answered(() =>
      sql<{ row: string }[]>`
        select row_to_json(row)::text as row
        from (
          select ${sql.unsafe(this.#selection)} from ${sql.unsafe(this.#table)}
          where ${sql.unsafe(this.#key)} = ${this.#anyOf(sql, keys)}
        ) as row`
    );
    const rows = found.map(({ row }) => JSON.parse(row) as Row);
    return new Map(rows.map((row) => [String(row[this.#view.keyColumn]), row]));
  }

  /** Makes rows ready to be sent: for an empty table as an array per column, which is half the work for PostgreSQL. */
  async pack(
    rows: readonly Row[],
    { isEmpty }: { readonly isEmpty: boolean },
  ): Promise<PackedRows> {
    if (isEmpty && fitsArrays(this.#written)) {
      const arrays: string[] = [];
      for (const column of this.#written) arrays.push(await columnArray(rows, column));
      return { arrays };
    }
    let json = "";
    await inTurns(rows, (row) => {
      json += `${json && ","}${JSON.stringify(row)}`;
    });
    return { json: `[${json}]` };
  }

  /** Inserts rows, or into a table that is not empty replaces them, where `condition` holds. */
  put(sql: Queryable, { packed, condition }: Putting): Fragment {
    return sql`
      insert into ${sql.unsafe(this.#table)} (${sql.unsafe(this.#columns)})
      select ${sql.unsafe(this.#columns)} from ${this.#unpacked(sql, packed)}
      where ${condition}
      ${
      "arrays" in packed
        ? sql``
        : sql`on conflict (${sql.unsafe(this.#key)}) do ${sql.unsafe(this.#onConflict)}`
    }`;
  }

  /** Deletes rows, where `condition` holds. */
  remove(
    sql: Queryable,
    { keys, condition }: { readonly keys: readonly string[]; readonly condition: Fragment },
  ): Fragment {
    return sql`
      delete from ${sql.unsafe(this.#table)}
      where ${sql.unsafe(this.#key)} = ${this.#anyOf(sql, keys)} and ${condition}`;
  }

  #unpacked(sql: Queryable, packed: PackedRows): Fragment {
    if ("json" in packed) {
      return sql`
        json_populate_recordset(null::${sql.unsafe(this.#table)}, ${packed.json}::text::json)`;
    }
    const arrays = packed.arrays.map((array, index) =>
      sql`${array}::text::${sql.unsafe(this.#written[index]!.type)}[]`
    );
    return sql`
      unnest(${arrays.reduce((before, array) => sql`${before}, ${array}`)})
      as unpacked (${sql.unsafe(this.#columns)})`;
  }

  #anyOf(sql: Queryable, keys: readonly string[]): Fragment {
    return sql`any(array(select json_array_elements_text(${JSON.stringify(keys)}::text::json))::${
      sql.unsafe(this.#keyType)
    }[])`;
  }
}

export function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

/** Times come as JavaScript writes them, not as PostgreSQL does. */
function selected({ name, type }: Column): string {
  return type === "timestamp with time zone"
    ? `to_char(${quoted(name)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as ${
      quoted(name)
    }`
    : quoted(name);
}
