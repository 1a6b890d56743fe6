import { machine, type View } from "@headwater/core";
import type { Fragment } from "postgres";
import { answered } from "./answered.ts";
import type { Queryable } from "./generation.ts";
import { columnArray } from "./column_array.ts";
import { RowRefused } from "./failure.ts";
import { inTurns } from "./in_turns.ts";
import type { Row } from "./row_changes.ts";
import { SumsTable } from "./sums_table.ts";
import { quoted, type TableColumn, type TableDefinition, tablesOf } from "./table_definition.ts";

/** Rows as they are sent. */
export type PackedRows = { readonly arrays: readonly string[] } | { readonly json: string };

type Putting = { readonly packed: PackedRows; readonly condition: Fragment };

/**
 * Reads and writes the rows of a view's table, and has that of its sums beside it.
 *
 * Rows travel as JSON both ways, so that a row comes back from PostgreSQL as `evolve` made it, whatever the settings of
 * the connection: a fold that goes through the table gives what a fold in memory gives.
 */
export class ViewTable {
  /** Undefined: the view has none. */
  readonly sums: SumsTable | undefined;
  readonly #view: View;
  readonly #table: string;
  readonly #key: string;
  readonly #columns: readonly TableColumn[];
  readonly #names: string;
  readonly #properties: string;
  readonly #onConflict: string;

  private constructor(view: View, [rows, sums]: readonly TableDefinition[]) {
    const { physicalName, columns } = rows!;
    const assignments = columns.filter(({ property }) => property !== view.primaryKey)
      .map(({ name }) => `${quoted(name)} = excluded.${quoted(name)}`);
    this.sums = sums && new SumsTable(view.sums!, sums);
    this.#view = view;
    this.#table = quoted(physicalName);
    this.#key = quoted(view.columnName(view.primaryKey));
    this.#columns = columns;
    this.#names = columns.map(({ name }) => quoted(name)).join(", ");
    this.#properties = columns.map(({ property }) => quoted(property)).join(", ");
    this.#onConflict = assignments.length > 0 ? `update set ${assignments.join(", ")}` : "nothing";
  }

  /**
   * The tables as the view defines them; undefined when one is not there. Rejects when a column is missing or of another
   * type; what else the tables have is left to PostgreSQL. `suffix` as for `tablesOf`.
   */
  static async open(
    sql: Queryable,
    { view, suffix }: { readonly view: View; readonly suffix: string },
  ): Promise<ViewTable | undefined> {
    const tables = tablesOf(view, suffix);
    for (const { physicalName, columns } of tables) {
      const types = await columnTypes(sql, physicalName);
      if (types.size === 0) return undefined;
      for (const { name, type } of columns) {
        if (types.get(name) !== type) {
          throw new Error(
            `Cannot use table "${physicalName}" of view "${view.name}": it has no column "${name}" of type ${type}`,
          );
        }
      }
    }
    return new ViewTable(view, tables);
  }

  /** The rows there are of these keys. */
  async read(sql: Queryable, keys: readonly string[]): Promise<Map<string, Row>> {
    const found = await answered(() =>
      sql<{ row: string }[]>`
        select row_to_json(row)::text as row
        from (
          select ${this.#view.select(sql)}
          from ${sql.unsafe(this.#table)} as ${this.#view.from(sql)}
          where ${sql.unsafe(this.#key)} = ${this.#anyOf(sql, keys)}
        ) as row`
    );
    const rows = found.map(({ row }) => JSON.parse(row) as Row);
    return new Map(rows.map((row) => [row[this.#view.primaryKey], row]));
  }

  /**
   * Makes rows ready to be sent: many of them as an array per column, which is half the work for PostgreSQL.
   * Rejects with `RowRefused` when one of them would not come back as it is.
   */
  async pack(
    rows: readonly Row[],
    options: { readonly areMany: boolean },
  ): Promise<PackedRows> {
    try {
      return await this.#packed(rows, options);
    } catch (cause) {
      throw new RowRefused(machine.messageOf(cause), { cause });
    }
  }

  async #packed(
    rows: readonly Row[],
    { areMany }: { readonly areMany: boolean },
  ): Promise<PackedRows> {
    await inTurns(rows, (row) => this.#view.check(row));
    if (areMany) {
      const arrays: string[] = [];
      for (const { property, type } of this.#columns) {
        arrays.push(await columnArray(rows, { property, isJson: type === "jsonb" }));
      }
      return { arrays };
    }
    let json = "";
    await inTurns(rows, (row) => {
      json += `${json && ","}${JSON.stringify(row)}`;
    });
    return { json: `[${json}]` };
  }

  /** Inserts rows or replaces them, where `condition` holds. */
  put(sql: Queryable, { packed, condition }: Putting): Fragment {
    return sql`
      insert into ${sql.unsafe(this.#table)} (${sql.unsafe(this.#names)})
      select ${sql.unsafe(this.#properties)} from ${this.#unpacked(sql, packed)}
      where ${condition}
      on conflict (${sql.unsafe(this.#key)}) do ${sql.unsafe(this.#onConflict)}`;
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
      const columns = this.#columns.map(({ property, type }) => `${quoted(property)} ${type}`);
      return sql`
        json_to_recordset(${packed.json}::text::json) as unpacked (${
        sql.unsafe(columns.join(", "))
      })`;
    }
    const arrays = packed.arrays.map((array, index) =>
      sql`${array}::text::${sql.unsafe(this.#columns[index]!.type)}[]`
    );
    return sql`
      unnest(${arrays.reduce((before, array) => sql`${before}, ${array}`)})
      as unpacked (${sql.unsafe(this.#properties)})`;
  }

  #anyOf(sql: Queryable, keys: readonly string[]): Fragment {
    return sql`any(array(select json_array_elements_text(${
      JSON.stringify(keys)
    }::text::json))::text[])`;
  }
}

async function columnTypes(sql: Queryable, table: string): Promise<ReadonlyMap<string, string>> {
  const found = await answered(() =>
    sql<{ name: string; type: string }[]>`
      select attname as name, atttypid::regtype::text as type
      from pg_attribute
      where attrelid = to_regclass(quote_ident(${table})) and attnum > 0 and not attisdropped`
  );
  return new Map(found.map(({ name, type }) => [name, type]));
}
