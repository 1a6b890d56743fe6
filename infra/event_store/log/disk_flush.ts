import { closeSync, fdatasync, openSync } from "node:fs";
import { promisify } from "node:util";
import type { DatabaseSync } from "node:sqlite";
import { Unavailable } from "@headwater/core";

/** As long as the event loop may stand still for one commit: about what collecting garbage takes. */
const shortMs = 2;
/** So many slow commits in a row are the disk, and not something else that wanted the processor. */
const slowCommits = 3;
/** So many quick ones in a row, and the disk is as quick as it was. */
const quickFlushes = 200;

const syncData = promisify(fdatasync);

export type DiskFlushOptions = {
  /** Of the database. */
  readonly path: string;
  /** Milliseconds, growing. */
  readonly now?: () => number;
  /** Has the disk keep what was written to a file. */
  readonly sync?: (file: number) => Promise<void>;
};

/** What SQLite does at a commit: waits for the disk, or leaves that to others. */
export type Synchronous = "full" | "off";

/**
 * Who waits for the disk at a commit. Where the disk is quick, SQLite does, and the event loop with it: that takes less
 * than to tell a thread and to hear from it. Once it has been slow, a thread waits, and the loop goes on turning.
 *
 * What is committed counts only when `flushed` has resolved, and nothing may be written before.
 */
export class DiskFlush {
  readonly #database: DatabaseSync;
  readonly #now: () => number;
  readonly #sync: (file: number) => Promise<void>;
  /** The WAL's, which has no locks that would go with a handle of it. */
  readonly #file: number;
  #isAway = false;
  /** Slow commits, or quick flushes, in a row. */
  #unlike = 0;

  constructor(
    database: DatabaseSync,
    { path, now = () => performance.now(), sync = syncData }: DiskFlushOptions,
  ) {
    this.#database = database;
    // There is one until the database is closed
    this.#file = openSync(`${path}-wal`, "r+");
    this.#now = now;
    this.#sync = sync;
  }

  get synchronous(): Synchronous {
    return this.#isAway ? "off" : "full";
  }

  /** Commits with `commit`. Undefined: the disk has it. Rejects with `Unavailable` when the disk did not take it. */
  commit(commit: () => void): Promise<void> | undefined {
    if (this.#isAway) {
      commit();
      return this.#flushed();
    }
    const began = this.#now();
    commit();
    this.#judge(this.#now() - began >= shortMs, slowCommits);
    return undefined;
  }

  /** To be called before the database is closed: SQLite then moves its WAL, and has to wait for the disk itself. */
  waitAgain(): void {
    this.#turn(false);
  }

  /** To be called after the database was closed. */
  close(): void {
    closeSync(this.#file);
  }

  async #flushed(): Promise<void> {
    const began = this.#now();
    try {
      await this.#sync(this.#file);
    } catch (cause) {
      throw new Unavailable("Cannot write the event log: the disk failed; restart to recover", {
        cause,
      });
    }
    this.#judge(this.#now() - began < shortMs, quickFlushes);
  }

  #judge(isUnlike: boolean, enough: number): void {
    this.#unlike = isUnlike ? this.#unlike + 1 : 0;
    if (this.#unlike >= enough) this.#turn(!this.#isAway);
  }

  #turn(isAway: boolean): void {
    this.#unlike = 0;
    this.#isAway = isAway;
    this.#database.exec(`pragma synchronous = ${this.synchronous}`);
  }
}
