import type { DatabaseSync } from "node:sqlite";
import { type Log, type machine, silentLog, Unavailable } from "@headwater/core";
import type { AppendRequest } from "./append_request.ts";
import { AppendWriter, type Outcome } from "./append_writer.ts";
import { canCheckpoint, Checkpoint } from "./checkpoint.ts";
import { DiskFlush, type DiskFlushOptions } from "./disk_flush.ts";
import { FairTurn } from "./fair_turn.ts";
import { GroupCommit } from "./group_commit.ts";
import { LiveTail } from "./live_tail.ts";
import { OpenedFiles } from "./opened_files.ts";
import { mostPageBytes, openDatabase } from "./sqlite_database.ts";
import { identityOf } from "./sqlite_schema.ts";
import { sqliteFailure } from "./sqlite_failure.ts";
import { SqliteReader } from "./sqlite_reader.ts";
import type { StoredEvent } from "./stored_event.ts";

export type SqliteStoreOptions = {
  /** A file, created with its folder when it is not there, or ":memory:". */
  readonly path: string;
  readonly logger?: Log;
  readonly now?: () => Date;
  /** False: appends do not wait for the disk; the last ones are lost, or the file is damaged, when the power goes. */
  readonly flushToDisk?: boolean;
  /** Of the process: what the log keeps in memory is counted there, and is less where that is small. */
  readonly cacheBudget?: machine.CacheBudget;
  /** For tests and benchmarks: a disk of another kind. */
  readonly disk?: Omit<DiskFlushOptions, "path">;
};

export type SqliteStoreParts = {
  readonly now: () => Date;
  /** What SQLite may keep of the file in its own memory. */
  readonly pageBytes?: number;
  /** Left out where there is no file, or SQLite does it by itself. */
  readonly checkpoint?: Checkpoint;
  /** Left out where nobody waits for the disk. */
  readonly flush?: DiskFlush;
  /** Left out where there are none. */
  readonly files?: OpenedFiles | undefined;
};

/** SQLite has no more of a budget than its eighth. */
const pageShare = 8;

type PageOptions = { readonly action: string; readonly signal?: AbortSignal | undefined };

/** Opens the store in a file, for this process alone. Errors as `openEventLog`. */
export function openSqliteStore(
  options: SqliteStoreOptions,
): SqliteStore {
  const { path, logger = silentLog, now = () => new Date(), flushToDisk = true } = options;
  const { cacheBudget } = options;
  const pageBytes = cacheBudget
    ? Math.min(mostPageBytes, cacheBudget.usage().limitBytes / pageShare)
    : mostPageBytes;
  const database = openDatabase(path, { pageBytes });
  const isDurable = flushToDisk && path !== ":memory:";
  const onDisk = isDurable && canCheckpoint(database)
    ? keptOnDisk(database, { path, logger, disk: options.disk })
    : {};
  if (!flushToDisk) database.exec("pragma synchronous = off");
  const files = path === ":memory:" ? undefined : new OpenedFiles([path, `${path}-wal`]);
  const store = new SqliteStore(database, { now, pageBytes, files, ...onDisk });
  const holding = cacheBudget?.hold("eventLogBytes", () => store.cachedBytes);
  store.closed.addEventListener("abort", () => holding?.[Symbol.dispose]());
  logger.info("Event log opened", { path, head: store.head });
  return store;
}

function keptOnDisk(
  database: DatabaseSync,
  { path, logger, disk }: Required<Pick<SqliteStoreOptions, "path" | "logger">> & {
    readonly disk: SqliteStoreOptions["disk"];
  },
): Pick<SqliteStoreParts, "checkpoint" | "flush"> {
  const flush = new DiskFlush(database, { path, ...disk });
  return { flush, checkpoint: new Checkpoint(database, { logger, flush }) };
}

/**
 * Events in a database that `openDatabase` opened: what the port of the event log and the server with EventStoreDB's
 * protocol have in common. All that is written goes one way, through `append`.
 */
export class SqliteStore implements AsyncDisposable {
  readonly database: DatabaseSync;
  readonly now: () => Date;
  /** UUID. */
  readonly identity: string;
  readonly tail: LiveTail;
  readonly turn: FairTurn = new FairTurn();
  readonly #flush: DiskFlush | undefined;
  readonly #reader: SqliteReader;
  readonly #commits: GroupCommit;
  readonly #writer: AppendWriter;
  readonly #pageBytes: number;
  readonly #files: OpenedFiles | undefined;
  readonly #closed = new AbortController();
  readonly #listeners = new Set<(events: readonly StoredEvent[]) => void>();
  #closing: Promise<void> | undefined;

  constructor(
    database: DatabaseSync,
    { now, checkpoint, flush, files, pageBytes = mostPageBytes }: SqliteStoreParts,
  ) {
    this.database = database;
    this.now = now;
    this.#flush = flush;
    this.#files = files;
    this.#reader = new SqliteReader(database);
    const writer = new AppendWriter(database);
    this.#writer = writer;
    this.#pageBytes = pageBytes;
    this.identity = identityOf(database);
    this.tail = new LiveTail(this.eventAt(writer.position)!);
    this.#commits = new GroupCommit(database, {
      writer,
      now,
      flush,
      committed: (events) => this.#publish(events),
      upkeep: checkpoint && (() => checkpoint.runIfDue()),
    });
  }

  /** Position of the last event; 0: none. */
  get head(): number {
    return this.tail.head;
  }

  /** What it keeps in memory so as not to read it again, at most that of SQLite's own: bytes, estimated. */
  get cachedBytes(): number {
    return this.#pageBytes + this.tail.bytes + this.#writer.bytes;
  }

  /** Aborted when the store is closed. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** Writes together with everything else that comes in this turn of the event loop; durable once it resolves. */
  append(request: AppendRequest): Promise<Outcome> {
    this.requireOpen(`Cannot append to stream "${request.stream}"`);
    return this.#commits.add(request);
  }

  /** Calls `listener` right after each commit with its events, in order; the result ends that. It must not throw. */
  onCommit(listener: (events: readonly StoredEvent[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** One synchronous read, as soon as others had their turn and the disk has what would be read. */
  async page<Result>(
    read: (reader: SqliteReader) => Result,
    { action, signal }: PageOptions,
  ): Promise<Result> {
    await this.turn.pass();
    while (this.#commits.flushing) await this.#commits.flushing.catch(() => {});
    signal?.throwIfAborted();
    this.requireOpen(action);
    return this.pageNow(read, action);
  }

  /** One synchronous read at once; `action` begins the message of whatever goes wrong. */
  pageNow<Result>(read: (reader: SqliteReader) => Result, action: string): Result {
    try {
      return read(this.#reader);
    } catch (error) {
      throw sqliteFailure(action, error);
    }
  }

  /** Undefined: there is none at that position. */
  eventAt(position: number): StoredEvent | undefined {
    const range = { after: position - 1, until: position, limit: 1, categories: undefined };
    const action = `Cannot read the event at position ${position}`;
    return this.pageNow((reader) => reader.all(range), action).events[0];
  }

  /** Throws `Unavailable` once the store is being closed, or its files are gone. */
  requireOpen(action: string): void {
    if (this.#closing) {
      throw new Unavailable(`${action}: the event log is closed`, { code: "event-log-closed" });
    }
    const missing = this.#files?.missing();
    if (missing === undefined) return;
    const cause =
      `somebody has removed "${missing}" while it was open; put it back if you can, and restart`;
    throw new Unavailable(`${action}: ${cause}`, { code: "event-log-removed" });
  }

  /** Answers what was appended before, then closes the file. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    await this.#commits.idle();
    this.#closed.abort();
    this.#flush?.waitAgain();
    this.database.close();
    this.#flush?.close();
  }

  #publish(events: readonly StoredEvent[]): void {
    this.tail.add(events);
    for (const listener of this.#listeners) listener(events);
  }
}
