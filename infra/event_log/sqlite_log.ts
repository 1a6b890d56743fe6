import type { DatabaseSync } from "node:sqlite";
import type { Recorded } from "@headwater/shared/domain/event";
import type {
  Appended,
  EventBatch,
  EventLog,
  ExpectedRevision,
  NewEvent,
  ReadAllOptions,
  ReadOptions,
  SubscribeOptions,
} from "@headwater/shared/ports/event_log";
import { Unavailable } from "@headwater/shared/ports/unavailable";
import { appendRequest } from "./append_request.ts";
import { AppendWriter } from "./append_writer.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { requireName, requirePlace } from "./checked_argument.ts";
import { FairTurn } from "./fair_turn.ts";
import { GroupCommit } from "./group_commit.ts";
import { LiveTail, type TailPage } from "./live_tail.ts";
import { fewRows } from "./paged_query.ts";
import { sqliteFailure } from "./sqlite_failure.ts";
import { type Page, SqliteReader } from "./sqlite_reader.ts";
import { sqliteSubscription } from "./sqlite_subscription.ts";
import { toRecorded } from "./stored_event.ts";

export type SqliteLogParts = {
  readonly now: () => Date;
  /** Left out where there is no file. */
  readonly checkpoint?: Checkpoint;
};

/** An event log over a database that `openDatabase` opened, which it closes in the end. */
export class SqliteLog implements EventLog {
  readonly #database: DatabaseSync;
  readonly #checkpoint: Checkpoint | undefined;
  readonly #reader: SqliteReader;
  readonly #commits: GroupCommit;
  readonly #tail: LiveTail;
  readonly #turn = new FairTurn();
  readonly #closed = new AbortController();
  #closing: Promise<void> | undefined;

  constructor(database: DatabaseSync, { now, checkpoint }: SqliteLogParts) {
    this.#database = database;
    this.#checkpoint = checkpoint;
    this.#reader = new SqliteReader(database);
    const writer = new AppendWriter(database);
    const tail = new LiveTail(writer.position);
    this.#tail = tail;
    this.#commits = new GroupCommit(database, {
      writer,
      now,
      committed: (events) => tail.add(events),
      upkeep: checkpoint && (() => checkpoint.runIfDue()),
    });
  }

  /** Position of the last event; 0: none. */
  get position(): number {
    return this.#tail.head;
  }

  // deno-lint-ignore require-await -- a refusal is a rejection, like every other failure
  async append(
    stream: string,
    events: readonly NewEvent[],
    options: { readonly expected: ExpectedRevision },
  ): Promise<Appended> {
    const request = appendRequest(stream, events, options);
    if (this.#closing) throw closed(`Cannot append to stream "${stream}"`);
    return this.#commits.add(request);
  }

  async *read(
    stream: string,
    { direction = "forwards", from, limit, signal }: ReadOptions = {},
  ): AsyncGenerator<readonly Recorded[], void, undefined> {
    const action = `Cannot read stream ${JSON.stringify(stream)}`;
    requireName(stream, `${action}: its name`);
    requirePlace(from, `${action}: "from"`);
    requirePlace(limit, `${action}: "limit"`);
    const step = direction === "forwards" ? 1 : -1;
    let pageLimit = fewRows;
    let next = from ?? (step === 1 ? 0 : Number.MAX_SAFE_INTEGER);
    let left = limit ?? Infinity;
    while (left > 0 && next >= 0) {
      const range = { direction, from: next, limit: Math.min(left, pageLimit) };
      const page = await this.#page(() => this.#reader.stream(stream, range), { action, signal });
      if (page.events.length > 0) yield page.events.map(toRecorded);
      if (page.last) return;
      next = page.events.at(-1)!.revision + step;
      pageLimit = Infinity;
      left -= page.events.length;
    }
  }

  async *readAll(
    { after = 0, categories, limit, signal }: ReadAllOptions = {},
  ): AsyncGenerator<readonly Recorded[], void, undefined> {
    const action = "Cannot read the event log";
    requirePlace(after, `${action}: "after"`);
    requirePlace(limit, `${action}: "limit"`);
    const until = this.#tail.head;
    let left = limit ?? Infinity;
    while (left > 0) {
      const range = { after, until, limit: left, categories };
      const page = await this.#page(() => this.#reader.all(range), { action, signal });
      if (page.events.length > 0) yield page.events.map(toRecorded);
      if (page.last) return;
      after = page.events.at(-1)!.position;
      left -= page.events.length;
    }
  }

  async *subscribe(options: SubscribeOptions): AsyncGenerator<EventBatch, void, undefined> {
    const action = "Cannot subscribe to the event log";
    requirePlace(options.after, `${action}: "after"`);
    if (this.#closing) throw closed(action);
    yield* sqliteSubscription({
      tail: this.#tail,
      turn: this.#turn,
      closed: this.#closed.signal,
      pageAfter: (after, categories) => this.#tailPage(after, categories),
    }, options);
  }

  // deno-lint-ignore require-await -- as with append
  async head(): Promise<number | undefined> {
    if (this.#closing) throw closed("Cannot ask the event log for its head");
    return this.#tail.head || undefined;
  }

  /** Answers what was appended before, ends subscriptions quietly, then closes the file. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    await this.#commits.idle();
    this.#closed.abort();
    this.#database.close();
    this.#checkpoint?.close();
  }

  async #page(
    read: () => Page,
    { action, signal }: { readonly action: string; readonly signal: AbortSignal | undefined },
  ): Promise<Page> {
    await this.#turn.pass();
    signal?.throwIfAborted();
    if (this.#closing) throw closed(action);
    try {
      return read();
    } catch (error) {
      throw sqliteFailure(action, error);
    }
  }

  #tailPage(after: number, categories: readonly string[] | undefined): TailPage {
    const until = this.#tail.head;
    try {
      const page = this.#reader.all({ after, until, limit: Infinity, categories });
      const position = page.last ? until : page.events.at(-1)!.position;
      return { events: page.events.map(toRecorded), position };
    } catch (error) {
      throw sqliteFailure("Cannot read the event log for a subscription", error);
    }
  }
}

function closed(action: string): Unavailable {
  return new Unavailable(`${action}: the event log is closed`, { code: "event-log-closed" });
}
