import type { EventLog } from "@headwater/core";
import { SqliteLog } from "./sqlite_log.ts";
import { openSqliteStore, type SqliteStoreOptions } from "./sqlite_store.ts";

/** Which file, and what is known beside it. */
export type EventLogOptions = SqliteStoreOptions;

/**
 * Opens an event log in a SQLite file, for this process alone.
 *
 * Errors: `Unavailable` when it is open elsewhere; `Error` when the file is damaged, of another kind or cannot be
 * written.
 */
export function openEventLog(options: EventLogOptions): EventLog {
  return new SqliteLog(openSqliteStore(options));
}
