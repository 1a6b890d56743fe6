import type { View } from "@headwater/core";
import type { Generation } from "./generation.ts";
import { quoted, suffixOf, type TableDefinition, tablesOf } from "./table_definition.ts";

/** A table of a generation, with what tells its rows from each other. */
export type ContentTable = Pick<TableDefinition, "name" | "physicalName"> & {
  /** An expression over a row that is called `held`: its key as text. */
  readonly key: string;
  /** Whatever the order in which a release has made them. */
  readonly columns: string;
};

/** Where a view keeps its rows and, if it has them, its sums: in this sequence. */
export function contentTables(
  view: View,
  generation: Pick<Generation, "generation">,
): ContentTable[] {
  return tablesOf(view, suffixOf(generation)).map(({ name, physicalName, columns, primaryKey }) => {
    const parts = primaryKey.map((column) => `held.${quoted(column)}`);
    return {
      name,
      physicalName,
      key: parts.length === 1 && name === view.table
        ? parts[0]!
        : `json_build_array(${parts.join(", ")})::text`,
      columns: columns.map(({ name }) => quoted(name)).join(", "),
    };
  });
}

/** A query of all that a generation holds: in which of its tables (`place`), under which `key`, and a checksum as `row`. */
export function checksums(view: View, generation: Pick<Generation, "generation">): string {
  return contentTables(view, generation).map(({ physicalName, key, columns }, place) => `
    select ${place} as place, ${key} as key, hashtextextended(row_to_json(held)::text, 0) as row
    from (select ${columns} from ${quoted(physicalName)}) as held`).join(" union all ");
}
