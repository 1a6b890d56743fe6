import { Unavailable } from "@headwater/core";

/** The code of the `Unavailable` that says that somebody else has the log open. */
export const inUse = "event-log-in-use";

/** SQLite's own words, which is all that node:sqlite passes on, and what they mean to whoever reads ours. */
const meanings: readonly { says: string; means: string; passes: boolean; code?: string }[] = [
  { says: "database or disk is full", means: "the disk is full", passes: true },
  { says: "disk I/O error", means: "the disk reports an error", passes: true },
  { says: "out of memory", means: "there is not enough memory", passes: true },
  {
    says: "database is locked",
    means: "it is open already, in another process or in this one",
    passes: true,
    code: inUse,
  },
  {
    says: "unable to open database file",
    means: "the file cannot be created or opened for writing",
    passes: false,
  },
  {
    says: "attempt to write a readonly database",
    means: "the file cannot be written",
    passes: false,
  },
  {
    says: "file is not a database",
    means: "the file is damaged or not an event log",
    passes: false,
  },
  { says: "database disk image is malformed", means: "the file is damaged", passes: false },
];

/**
 * What SQLite threw, as `<action>: <reason>`: `Unavailable` where trying again later can help.
 * Errors of other origin are bugs and come back as they are.
 */
export function sqliteFailure(action: string, cause: unknown): unknown {
  if (!isSqliteError(cause)) return cause;
  const meaning = meanings.find(({ says }) => cause.message.includes(says));
  const message = `${action}: ${meaning?.means ?? cause.message}`;
  if (!meaning?.passes) return new Error(message, { cause });
  return new Unavailable(message, { cause, ...(meaning.code && { code: meaning.code }) });
}

function isSqliteError(error: unknown): error is Error {
  return error instanceof Error && (error as { code?: unknown }).code === "ERR_SQLITE_ERROR";
}
