import { statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";

/** Up to here every page is checked, at about 2 ms per megabyte; it keeps opening quick. */
const maxBytesChecked = 32 * 1024 * 1024;
/** How many of the newest events are read from a file that is larger. */
const newestEvents = 1_000;

/** Throws when the file of an open event log is found to be damaged. Events further back are checked as they are read. */
export function checkFile(
  database: DatabaseSync,
  { path, action }: { readonly path: string; readonly action: string },
): void {
  // Moves what is still in the WAL into the file, whose size then counts.
  database.exec("pragma wal_checkpoint(truncate)");
  const size = statSync(path).size;
  const expected = valueOf(database, "pragma page_count") * valueOf(database, "pragma page_size");
  if (size !== expected) {
    throw new Error(`${action}: the file is damaged, it has ${size} bytes instead of ${expected}`);
  }
  if (size > maxBytesChecked) {
    valueOf(
      database,
      `select sum(length(data) + length(metadata)) from events
       where position > (select max(position) from events) - ${newestEvents}`,
    );
    return;
  }
  const [found] = Object.values(database.prepare("pragma quick_check(1)").get()!);
  if (found !== "ok") {
    throw new Error(`${action}: the file is damaged`, { cause: new Error(String(found)) });
  }
}

function valueOf(database: DatabaseSync, sql: string): number {
  return Number(Object.values(database.prepare(sql).get()!)[0]);
}
