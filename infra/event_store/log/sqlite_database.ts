import { chmodSync, closeSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Unavailable } from "@headwater/core";
import { describeHolder, forgetHolder } from "./data_holder.ts";
import { inUse, sqliteFailure } from "./sqlite_failure.ts";
import { checkFile } from "./check_file.ts";
import { identityOf, prepareSchema, requireOurs } from "./sqlite_schema.ts";

/** For their owner alone: events are about people. */
const ownFile = 0o600;
const ownFolder = 0o700;

/** Of the file, so as not to read it again; more makes nothing faster. */
export const mostPageBytes = 32_000 * 1024;

/**
 * Opens the database of an event log and locks it; the lock goes with the process, however that ends. Nobody but its
 * owner may read it, nor the folder that is made for it.
 *
 * Errors: `Unavailable` when it is open elsewhere; `Error` when the file is damaged, of another kind or cannot be written.
 */
export function openDatabase(
  path: string,
  { pageBytes = mostPageBytes }: {
    /** What SQLite may keep of the file in its own memory. */
    readonly pageBytes?: number;
  } = {},
): DatabaseSync {
  const action = `Cannot open event log "${path}"`;
  const inFile = path !== ":memory:";
  if (inFile) prepareFile(path, action);
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
      pragma cache_size = -${Math.floor(pageBytes / 1024)};
      begin immediate;
      commit;
    `);
    prepareSchema(database);
    if (inFile) {
      checkFile(database, { path, action });
      forgetHolder(dirname(path));
    }
    identityOf(database);
    return database;
  } catch (error) {
    database?.close();
    throw withHolder(sqliteFailure(action, error), { path, action });
  }
}

/** Says who has the log, where somebody has it who told so. */
function withHolder(
  failure: unknown,
  { path, action }: { readonly path: string; readonly action: string },
): unknown {
  if (!(failure instanceof Unavailable) || failure.code !== inUse) return failure;
  const holder = describeHolder(dirname(path));
  if (!holder) return failure;
  const { code, cause } = failure;
  return new Unavailable(`${action}: process ${holder.pid} uses it, at ${holder.url}`, {
    code,
    cause,
  });
}

function prepareFile(path: string, action: string): void {
  const folder = dirname(path);
  try {
    if (!statOf(folder)) {
      mkdirSync(dirname(folder), { recursive: true });
      mkdirSync(folder, { recursive: true, mode: ownFolder });
    }
  } catch (cause) {
    throw new Error(`${action}: its folder cannot be created`, { cause });
  }
  const file = statOf(path);
  // SQLite would take what is left of a log that was cut to nothing for a new one.
  if (file?.size === 0) {
    throw new Error(
      `${action}: the file is empty; if nothing is lost, remove it to begin a new log`,
    );
  }
  // What SQLite makes beside it gets the same mode
  if (!file) makeFile(path, action);
  for (const each of [path, `${path}-wal`, `${path}-shm`]) keepFromOthers(each);
}

function makeFile(path: string, action: string): void {
  try {
    closeSync(openSync(path, "wx", ownFile));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Somebody else makes it at this moment
    if (code === "EEXIST") return;
    const reason = code === "ENOSPC"
      ? "the disk is full"
      : "the file cannot be created or opened for writing";
    throw new Error(`${action}: ${reason}`, { cause: error });
  }
}

/** Takes from others what an earlier version let them have. */
function keepFromOthers(path: string): void {
  const found = statOf(path);
  if (!found?.isFile() || (found.mode & 0o077) === 0) return;
  try {
    chmodSync(path, ownFile);
  } catch (error) {
    // It is somebody else's, who has to know
    if ((error as NodeJS.ErrnoException).code !== "EPERM") throw error;
  }
}

function statOf(path: string) {
  return statSync(path, { throwIfNoEntry: false });
}
