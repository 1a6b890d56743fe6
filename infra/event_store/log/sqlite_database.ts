import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { sqliteFailure } from "./sqlite_failure.ts";
import { checkFile } from "./check_file.ts";
import { identityOf, prepareSchema, requireOurs } from "./sqlite_schema.ts";

/**
 * Opens the database of an event log and locks it; the lock goes with the process, however that ends.
 *
 * Errors: `Unavailable` when it is open elsewhere; `Error` when the file is damaged, of another kind or cannot be written.
 */
export function openDatabase(path: string): DatabaseSync {
  const action = `Cannot open event log "${path}"`;
  const inFile = path !== ":memory:";
  if (inFile) prepareFolder(path, action);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path);
    // Exclusive before WAL: SQLite then keeps the WAL's index in its own memory, which is faster as well.
    database.exec("pragma locking_mode = exclusive");
    requireOurs(database, action);
    database.exec(`
      pragma journal_mode = wal;
      pragma synchronous = full;
      pragma fullfsync = on;
      pragma cache_size = -32000;
      begin immediate;
      commit;
    `);
    prepareSchema(database);
    if (inFile) checkFile(database, { path, action });
    identityOf(database);
    return database;
  } catch (error) {
    database?.close();
    throw sqliteFailure(action, error);
  }
}

function prepareFolder(path: string, action: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (cause) {
    throw new Error(`${action}: its folder cannot be created`, { cause });
  }
  // SQLite would take what is left of a log that was cut to nothing for a new one.
  if (statSync(path, { throwIfNoEntry: false })?.size === 0) {
    throw new Error(
      `${action}: the file is empty; if nothing is lost, remove it to begin a new log`,
    );
  }
}
