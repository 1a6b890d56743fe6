import {
  type Appended,
  type EventBatch,
  type EventLog,
  type ExpectedRevision,
  type NewEvent,
  type ReadAllOptions,
  type ReadOptions,
  type Recorded,
  type SubscribeOptions,
  Unavailable,
} from "@headwater/core";
import PQueue from "p-queue";
import { appendRequest } from "../append_request.ts";
import { requireName, requirePlace } from "../checked_argument.ts";
import { BatchAppender } from "./batch_appender.ts";
import type { EventStoreConnection } from "./event_store_connection.ts";
import { EventStoreWriter } from "./event_store_writer.ts";
import { type EventStoreLogParts, LogFollower } from "./log_follower.ts";
import { MarkReader } from "./mark_reader.ts";
import { MarkTail } from "./mark_tail.ts";
import { MessageFeed } from "./message_feed.ts";
import { PageReader } from "./page_reader.ts";
import { subscriptionRequest } from "./read_request.ts";
import { toRecorded } from "./recorded_event.ts";
import { StreamReader } from "./stream_reader.ts";
import type { SubscriptionStatus } from "./subscription_status.ts";

/** Appends under way at a time; further ones wait for their turn. */
const maxAppends = 128;

/** An event log on a connection to an EventStoreDB, which it closes in the end. */
export class EventStoreLog implements EventLog {
  readonly #connection: EventStoreConnection;
  readonly #pages: PageReader;
  readonly #streams: StreamReader;
  readonly #marks: MarkTail;
  readonly #writer: EventStoreWriter;
  readonly #appends = new PQueue({ concurrency: maxAppends });
  readonly #follower: LogFollower;
  readonly #closed = new AbortController();
  #closing: Promise<void> | undefined;

  constructor(parts: EventStoreLogParts) {
    this.#connection = parts.connection;
    this.#pages = new PageReader(parts);
    this.#streams = new StreamReader(this.#pages);
    const { connection, timers } = parts;
    this.#marks = new MarkTail({
      reader: new MarkReader(this.#pages),
      timers,
      follow: (after, categories) =>
        new MessageFeed({
          connection,
          request: subscriptionRequest(after, categories),
          action: "Cannot follow what is appended",
          timers,
        }),
    });
    this.#writer = new EventStoreWriter({
      appender: new BatchAppender(parts),
      reader: this.#streams,
      marks: this.#marks,
    });
    this.#follower = new LogFollower({ ...parts, pages: this.#pages, closed: this.#closed.signal });
  }

  /** What each open subscription is doing. */
  get subscriptions(): readonly SubscriptionStatus[] {
    return this.#follower.subscriptions;
  }

  async append(
    stream: string,
    events: readonly NewEvent[],
    options: { readonly expected: ExpectedRevision },
  ): Promise<Appended> {
    const request = appendRequest(stream, events, options);
    this.#mustBeOpen(`Cannot append to stream "${stream}"`);
    const appended = await this.#appends.add(() => this.#writer.append(request));
    this.#follower.saw(appended.position);
    return appended;
  }

  async *read(
    stream: string,
    { direction = "forwards", from, limit, signal }: ReadOptions = {},
  ): AsyncGenerator<readonly Recorded[], void, undefined> {
    const action = `Cannot read stream ${JSON.stringify(stream)}`;
    requireName(stream, `${action}: its name`);
    requirePlace(from, `${action}: "from"`);
    requirePlace(limit, `${action}: "limit"`);
    this.#mustBeOpen(action);
    const pages = this.#streams.events(stream, { direction, from, limit, signal });
    for await (const page of pages) {
      const shown = page.flatMap((event) => toRecorded(event) ?? []);
      if (shown.length > 0) yield shown;
    }
  }

  async *readAll(
    options: ReadAllOptions = {},
  ): AsyncGenerator<readonly Recorded[], void, undefined> {
    const action = "Cannot read the event log";
    requirePlace(options.after, `${action}: "after"`);
    requirePlace(options.limit, `${action}: "limit"`);
    this.#mustBeOpen(action);
    yield* this.#follower.upToNow(options);
  }

  async *subscribe(options: SubscribeOptions): AsyncGenerator<EventBatch, void, undefined> {
    const action = "Cannot subscribe to the event log";
    requirePlace(options.after, `${action}: "after"`);
    this.#mustBeOpen(action);
    yield* this.#follower.follow(options);
  }

  async head(): Promise<number | undefined> {
    const action = "Cannot ask the event log for its head";
    this.#mustBeOpen(action);
    return await this.#follower.head({ action });
  }

  /** Answers what was appended before, ends subscriptions quietly, then closes the connection. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    await this.#appends.onIdle();
    this.#marks.stop();
    this.#closed.abort(new Unavailable("The event log is closed", { code: "event-log-closed" }));
    await this.#follower.stop();
    await this.#connection[Symbol.asyncDispose]();
  }

  #mustBeOpen(action: string): void {
    if (!this.#closing) return;
    throw new Unavailable(`${action}: the event log is closed`, { code: "event-log-closed" });
  }
}
