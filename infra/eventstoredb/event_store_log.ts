import { type EventLog, eventLog, machine, type Recorded, Unavailable } from "@headwater/core";
import { BatchAppender } from "./batch_appender.ts";
import type { EventStoreConnection } from "./event_store_connection.ts";
import { type EventStoreLogParts, LogFollower } from "./log_follower.ts";
import { LogIdentity } from "./log_identity.ts";
import { PageReader } from "./page_reader.ts";
import { toRecorded } from "./recorded_event.ts";
import { StreamReader } from "./stream_reader.ts";
import type { SubscriptionStatus } from "./subscription_status.ts";

/** Appends under way at a time; further ones wait for their turn. */
const maxAppends = 128;

/** An event log on a connection to an EventStoreDB, which it closes in the end. */
export class EventStoreLog implements EventLog {
  readonly #connection: EventStoreConnection;
  readonly #streams: StreamReader;
  readonly #appender: BatchAppender;
  readonly #appends = new machine.Places(maxAppends);
  readonly #identity: LogIdentity;
  readonly #follower: LogFollower;
  readonly #closed = new AbortController();
  #closing: Promise<void> | undefined;

  constructor(parts: EventStoreLogParts) {
    this.#connection = parts.connection;
    const pages = new PageReader(parts);
    this.#streams = new StreamReader(pages);
    this.#appender = new BatchAppender(parts);
    const identity = new LogIdentity({ streams: this.#streams, appender: this.#appender });
    this.#identity = identity;
    this.#follower = new LogFollower({ ...parts, pages, identity, closed: this.#closed.signal });
  }

  /** What each open subscription is doing. */
  get subscriptions(): readonly SubscriptionStatus[] {
    return this.#follower.subscriptions;
  }

  async append(
    stream: string,
    events: readonly eventLog.NewEvent[],
    options: { readonly expected: eventLog.ExpectedRevision },
  ): Promise<eventLog.Appended> {
    const append = eventLog.checkedAppend(stream, events, options);
    this.#mustBeOpen(`Cannot append to stream "${stream}"`);
    const appended = await this.#appends.take(() =>
      events.length > 0 ? this.#appender.append(append) : this.#appendNothing(append)
    );
    this.#follower.saw(appended.position);
    return appended;
  }

  async *read(
    stream: string,
    { direction = "forwards", from, limit, signal }: eventLog.ReadOptions = {},
  ): AsyncGenerator<readonly Recorded[], void, undefined> {
    const action = `Cannot read stream ${JSON.stringify(stream)}`;
    eventLog.checkReading(action, { stream, from, limit });
    this.#mustBeOpen(action);
    const pages = this.#streams.events(stream, { direction, from, limit, signal });
    for await (const page of pages) {
      const shown = page.flatMap((event) => toRecorded(event) ?? []);
      if (shown.length > 0) yield shown;
    }
  }

  async *readAll(
    options: eventLog.ReadAllOptions = {},
  ): AsyncGenerator<readonly Recorded[], void, undefined> {
    const action = "Cannot read the event log";
    eventLog.checkReading(action, options);
    this.#mustBeOpen(action);
    yield* options.direction === "backwards"
      ? this.#follower.back(options)
      : this.#follower.upToNow(options);
  }

  async *subscribe(
    options: eventLog.SubscribeOptions,
  ): AsyncGenerator<eventLog.EventBatch, void, undefined> {
    const action = "Cannot subscribe to the event log";
    eventLog.checkReading(action, { after: options.after });
    this.#mustBeOpen(action);
    yield* this.#follower.follow(options);
  }

  async head(): Promise<number | undefined> {
    const action = "Cannot ask the event log for its head";
    this.#mustBeOpen(action);
    return await this.#follower.head({ action });
  }

  async identity(): Promise<string> {
    this.#mustBeOpen("Cannot ask the event log for its identity");
    return await this.#identity.get();
  }

  /** Answers what was appended before, ends subscriptions quietly, then closes the connection. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    await this.#appends.idle();
    this.#closed.abort(new Unavailable("The event log is closed", { code: "event-log-closed" }));
    await this.#follower.stop();
    await this.#connection[Symbol.asyncDispose]();
  }

  /** Nothing is sent: the server would write an empty record. */
  async #appendNothing({ stream, expected }: eventLog.CheckedAppend): Promise<eventLog.Appended> {
    const last = await this.#streams.last(stream);
    if (last?.revision !== (expected === "no-stream" ? undefined : expected)) {
      throw new eventLog.RevisionConflict(stream, expected, last?.revision);
    }
    return { revision: last?.revision ?? -1, position: last?.position ?? 0 };
  }

  #mustBeOpen(action: string): void {
    if (!this.#closing) return;
    throw new Unavailable(`${action}: the event log is closed`, { code: "event-log-closed" });
  }
}
