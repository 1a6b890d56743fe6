import { closeSync, openSync } from "node:fs";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Log } from "@headwater/core";
import { type DiskFlush, flushFile } from "./disk_flush.ts";

/** About 8 MB. Smaller: more waiting for the disk per event; larger: copying takes longer in one go. */
const pagesBetween = 2_000;

export type CheckpointOptions = {
  readonly path: string;
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
 * Moves what has gathered in the WAL into the file. SQLite would do so within a commit, and the event loop would stand
 * still while the disk takes all those pages; here it goes on turning.
 *
 * Nothing may be written until the promise resolves: the next write begins the WAL anew, and until the disk has the
 * pages, the WAL is what survives a power failure.
 */
export class Checkpoint {
  readonly #database: DatabaseSync;
  readonly #logger: Log;
  readonly #flush: DiskFlush;
  readonly #file: number;
  readonly #pagesInWal: StatementSync;

  constructor(database: DatabaseSync, { path, logger, flush }: CheckpointOptions) {
    this.#database = database;
    this.#logger = logger;
    this.#flush = flush;
    this.#pagesInWal = database.prepare("pragma wal_checkpoint(noop)");
    // To be closed after the database: closing any handle of a file drops the locks that the process has on it.
    this.#file = openSync(path, "r+");
    database.exec("pragma wal_autocheckpoint = 0");
  }

  /** Undefined: it is not time yet. Rejects when the disk did not take the pages: what was written since is at risk. */
  runIfDue(): Promise<void> | undefined {
    return Number(this.#pagesInWal.get()?.log) > pagesBetween ? this.#run() : undefined;
  }

  async #run(): Promise<void> {
    try {
      this.#database.exec("pragma synchronous = off; pragma wal_checkpoint(passive)");
    } catch (error) {
      // Nothing is lost: the WAL keeps it and grows on. The usual reason is a full disk.
      this.#logger.warn("Cannot move the event log's newest events out of its WAL", { error });
      return;
    } finally {
      this.#database.exec(`pragma synchronous = ${this.#flush.synchronous}`);
    }
    await flushFile(this.#file);
  }

  close(): void {
    closeSync(this.#file);
  }
}
