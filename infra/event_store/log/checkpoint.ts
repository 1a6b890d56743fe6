import type { DatabaseSync, StatementSync } from "node:sqlite";
import { type Log, Unavailable } from "@headwater/core";
import type { DiskFlush } from "./disk_flush.ts";

/** About 8 MB. Smaller: more waiting for the disk per event; larger: copying takes longer in one go. */
const pagesBetween = 2_000;
/** The same where the disk is slow: what it is given at a time must not keep it busy for long. */
const pagesBetweenIfSlow = 500;
/** SQLite's code where the disk has not kept what was written: it may say yes the next time, and have lost it. */
const notKept = 1_034;

export type CheckpointOptions = {
  readonly logger: Log;
  readonly flush: DiskFlush;
};

/** Older SQLite, as in the first versions of Node 22 and 24, cannot say how long the WAL is: it has to move it within commits. */
export function canCheckpoint(database: DatabaseSync): boolean {
  const { version } = database.prepare("select sqlite_version() as version").get()!;
  const [major = 0, minor = 0] = String(version).split(".").map(Number);
  return major > 3 || major === 3 && minor >= 51;
}

/**
 * Moves what has gathered in the WAL into the file, between commits: SQLite would do so within one, for which somebody
 * waits.
 *
 * SQLite waits for the disk itself. Who has a thread do that needs a handle of the file, which Deno 2.9.6 duplicates for
 * the thread; and as soon as any handle of a file is closed, all locks of the process on it are gone. Whoever opened the log
 * next would be let in, and delete the WAL under our feet.
 */
export class Checkpoint {
  readonly #database: DatabaseSync;
  readonly #logger: Log;
  readonly #flush: DiskFlush;
  readonly #pagesInWal: StatementSync;
  readonly #moveWal: StatementSync;

  constructor(database: DatabaseSync, { logger, flush }: CheckpointOptions) {
    this.#database = database;
    this.#logger = logger;
    this.#flush = flush;
    this.#pagesInWal = database.prepare("pragma wal_checkpoint(noop)");
    this.#moveWal = database.prepare("pragma wal_checkpoint(passive)");
    database.exec("pragma wal_autocheckpoint = 0");
  }

  /** Throws `Unavailable` when the disk did not take the pages: nothing may be written any more. */
  runIfDue(): void {
    const isSlow = this.#flush.synchronous === "off";
    const most = isSlow ? pagesBetweenIfSlow : pagesBetween;
    if (Number(this.#pagesInWal.get()?.log) > most) this.#run();
  }

  #run(): void {
    try {
      this.#database.exec("pragma synchronous = full");
      this.#moveWal.get();
    } catch (error) {
      if (codeOf(error) === notKept) {
        throw new Unavailable("Cannot write the event log: the disk failed; restart to recover", {
          cause: error,
        });
      }
      // Nothing is lost: the WAL keeps it and grows on. The usual reason is a full disk.
      this.#logger.warn("Cannot move the event log's newest events out of its WAL", { error });
    } finally {
      this.#database.exec(`pragma synchronous = ${this.#flush.synchronous}`);
    }
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "errcode" in error ? error.errcode : undefined;
}
