import type { DatabaseSync } from "node:sqlite";
import type { AppendRequest } from "./append_request.ts";
import type { AppendWriter, Outcome } from "./append_writer.ts";
import { sqliteFailure } from "./sqlite_failure.ts";
import type { StoredEvent } from "./stored_event.ts";

type Waiting = PromiseWithResolvers<Outcome> & { readonly request: AppendRequest };

/** A transaction takes no more appends after so long: what is left goes into the next one. */
const maxWritingMs = 4;

export type GroupCommitOptions = {
  readonly writer: AppendWriter;
  readonly now: () => Date;
  /** Hears of the events of each transaction, right after its commit. */
  readonly committed: (events: readonly StoredEvent[]) => void;
  /** Called after each transaction; nothing is written until it resolves, and never again once it rejects. */
  readonly upkeep?: () => Promise<void> | undefined;
};

/**
 * Appends that come in one turn of the event loop share one transaction, and so one wait for the disk.
 * Each is answered only after the commit; one that is refused leaves the others alone.
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
    this.#flush();
    const upkeep = this.#options.upkeep?.();
    if (upkeep) await upkeep.catch((cause) => this.#broken = cause);
    this.#scheduled = false;
    if (this.#queue.length > 0) return this.#schedule();
    this.#whenIdle?.resolve();
    this.#whenIdle = undefined;
  }

  #flush(): void {
    const { writer, committed } = this.#options;
    const before = writer.position;
    const outcomes: Outcome[] = [];
    try {
      if (this.#broken) throw this.#broken;
      this.#begin.run();
      this.#write(outcomes);
      this.#commit.run();
    } catch (error) {
      this.#fail(error, { taken: outcomes.length + 1, before });
      return;
    }
    const taken = this.#queue.splice(0, outcomes.length);
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
    for (const { request, reject } of this.#queue.splice(0, taken)) {
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
