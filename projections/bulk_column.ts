/** What the name of the column begins with that a table has while it is filled in bulk. */
export const bulkPrefix = "headwater_filled_";

/** A query for that column; of any other table it yields nothing. `table` is quoted. */
export function bulkColumnOf(table: string): string {
  return `select attname from pg_attribute
    where attrelid = to_regclass('${table.replaceAll("'", "''")}')
      and attname like '${bulkPrefix}%' and not attisdropped`;
}
