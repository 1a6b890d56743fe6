import type { DatabaseSync } from "node:sqlite";
import type { AppendRequest } from "./append_request.ts";
import type { AppendWriter, Outcome } from "./append_writer.ts";
import type { DiskFlush } from "./disk_flush.ts";
import { sqliteFailure } from "./sqlite_failure.ts";
import type { StoredEvent } from "./stored_event.ts";

type Waiting = PromiseWithResolvers<Outcome> & { readonly request: AppendRequest };

/** A transaction that was committed. */
type Written = {
  readonly taken: readonly Waiting[];
  readonly outcomes: readonly Outcome[];
  /** Undefined: the disk has it. */
  readonly flushed: Promise<void> | undefined;
};

/** A transaction takes no more appends after so long: what is left goes into the next one. */
const maxWritingMs = 4;

export type GroupCommitOptions = {
  readonly writer: AppendWriter;
  readonly now: () => Date;
  /** Hears of the events of each transaction, right after its commit. */
  readonly committed: (events: readonly StoredEvent[]) => void;
  /** Commits, and has the disk keep it: until the promise resolves, nothing counts and nothing else is written. */
  readonly flush?: Pick<DiskFlush, "commit"> | undefined;
  /** Called after each transaction; nothing is written any more once it throws. */
  readonly upkeep?: (() => void) | undefined;
};

/**
 * Appends that come in one turn of the event loop share one transaction, and so one wait for the disk.
 * Each is answered only once the disk has it; one that is refused leaves the others alone.
 */
export class GroupCommit {
  readonly #database: DatabaseSync;
  readonly #options: GroupCommitOptions;
  readonly #begin;
  readonly #commit;
  readonly #rollback;
  #queue: Waiting[] = [];
  #scheduled = false;
  #broken: unknown;
  #flushing: Promise<void> | undefined;
  #whenIdle: PromiseWithResolvers<void> | undefined;

  constructor(database: DatabaseSync, options: GroupCommitOptions) {
    this.#database = database;
    this.#options = options;
    this.#begin = database.prepare("begin immediate");
    this.#commit = database.prepare("commit");
    this.#rollback = database.prepare("rollback");
  }

  add(request: AppendRequest): Promise<Outcome> {
    const waiting = { ...Promise.withResolvers<Outcome>(), request };
    this.#queue.push(waiting);
    this.#schedule();
    return waiting.promise;
  }

  /** Resolves when nothing can be read that the disk does not have; undefined: now. */
  get flushing(): Promise<void> | undefined {
    return this.#flushing;
  }

  /** Resolves when everything added so far is answered and nothing is being written. */
  async idle(): Promise<void> {
    if (!this.#scheduled) return;
    this.#whenIdle ??= Promise.withResolvers<void>();
    await this.#whenIdle.promise;
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#turn());
  }

  async #turn(): Promise<void> {
    const written = this.#transact();
    if (written) {
      this.#flushing = written.flushed;
      if (this.#flushing) await this.#flushing.catch((cause) => this.#broken = cause);
      this.#flushing = undefined;
      this.#answer(written);
    }
    try {
      if (!this.#broken) this.#options.upkeep?.();
    } catch (cause) {
      this.#broken = cause;
    }
    this.#scheduled = false;
    if (this.#queue.length > 0) return this.#schedule();
    this.#whenIdle?.resolve();
    this.#whenIdle = undefined;
  }

  /** Undefined: it was rolled back, and everybody in it was told so. */
  #transact(): Written | undefined {
    const { writer, flush } = this.#options;
    const before = writer.position;
    const outcomes: Outcome[] = [];
    try {
      if (this.#broken) throw this.#broken;
      this.#begin.run();
      this.#write(outcomes);
      const commit = () => this.#commit.run();
      const flushed = flush ? flush.commit(commit) : void commit();
      return { taken: this.#queue.splice(0, outcomes.length), outcomes, flushed };
    } catch (error) {
      this.#fail(error, { taken: outcomes.length + 1, before });
      return undefined;
    }
  }

  #answer({ taken, outcomes }: Written): void {
    if (this.#broken) return this.#reject(taken, this.#broken);
    const { committed } = this.#options;
    committed(outcomes.flatMap((outcome) => "written" in outcome ? outcome.written : []));
    taken.forEach((waiting, index) => waiting.resolve(outcomes[index]!));
  }

  #write(outcomes: Outcome[]): void {
    const recordedAt = this.#options.now().getTime();
    const end = performance.now() + maxWritingMs;
    for (const { request } of this.#queue) {
      outcomes.push(this.#options.writer.write(request, recordedAt));
      if (performance.now() > end) break;
    }
  }

  /** Nothing of the transaction remains, so the conflicts found in it mean nothing either. */
  #fail(cause: unknown, { taken, before }: { taken: number; before: number }): void {
    this.#options.writer.forget(before);
    const error = this.#undone() ?? cause;
    this.#reject(this.#queue.splice(0, taken), error);
  }

  #reject(taken: readonly Waiting[], error: unknown): void {
    for (const { request, reject } of taken) {
      reject(sqliteFailure(`Cannot append to stream "${request.stream}"`, error));
    }
  }

  #undone(): unknown {
    try {
      // SQLite has rolled back by itself after some errors.
      if (this.#database.isTransaction) this.#rollback.run();
      return undefined;
    } catch (error) {
      return error;
    }
  }
}
