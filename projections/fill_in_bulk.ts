import { answered } from "./answered.ts";
import { bulkColumnOf } from "./bulk_column.ts";
import { type FillEnd, type FillOptions, fillTable } from "./fill_table.ts";
import { quoted, tablesOf } from "./table_definition.ts";

/** Less is folded as quickly as a table is made ready for it. */
const usualFrom = 20_000;

/**
 * Fills a table in bulk where much of the log is to be read and nothing of it was yet; or where that was begun before, of
 * which nobody else can make anything. Undefined: neither is so.
 */
export async function fillInBulk(
  { isWanted, ...options }: FillOptions & {
    /** False: only what was begun is to be brought to its end. */
    readonly isWanted: boolean;
  },
): Promise<FillEnd | undefined> {
  const { view, sql, suffix, from, until, settings: { from: least = usualFrom } = {} } = options;
  const [rows] = tablesOf(view, suffix);
  const isFresh = isWanted && from.position === undefined && until >= least;
  if (!isFresh) {
    const begun = await answered(() => sql.unsafe(bulkColumnOf(quoted(rows!.physicalName))));
    if (begun.length === 0) return undefined;
  }
  return await fillTable(options);
}
