import type { EventLog } from "@headwater/shared/ports/event_log";
import { type Log, silentLog } from "@headwater/shared/ports/log";
import { Checkpoint } from "./checkpoint.ts";
import { openDatabase } from "./sqlite_database.ts";
import { SqliteLog } from "./sqlite_log.ts";

export type SqliteLogOptions = {
  /** A file, created with its folder when it is not there, or ":memory:". */
  readonly path: string;
  readonly logger?: Log;
  readonly now?: () => Date;
};

/**
 * Opens an event log in a SQLite file, for this process alone.
 *
 * Errors: `Unavailable` when it is open elsewhere; `Error` when the file is damaged, of another kind or cannot be
 * written.
 */
export function openSqliteLog(
  { path, logger = silentLog, now = () => new Date() }: SqliteLogOptions,
): EventLog {
  const database = openDatabase(path);
  const checkpoint = path === ":memory:" ? undefined : new Checkpoint(database, { path, logger });
  const log = new SqliteLog(database, { now, checkpoint });
  logger.info("Event log opened", { path, head: log.position });
  return log;
}
