import { type EventLog, eventLog, type Recorded } from "@headwater/core";
import { appendRequest } from "./append_request.ts";
import { uuidText } from "./event_id.ts";
import type { TailPage } from "./live_tail.ts";
import { fewRows } from "./paged_query.ts";
import type { SqliteStore } from "./sqlite_store.ts";
import { sqliteSubscription } from "./sqlite_subscription.ts";
import { isSystemEvent, type StoredEvent, toRecorded } from "./stored_event.ts";

/** The event log's port over a store, which it closes in the end. System events stay below: readers do not get them. */
export class SqliteLog implements EventLog {
  readonly #store: SqliteStore;

  constructor(store: SqliteStore) {
    this.#store = store;
  }

  async append(
    stream: string,
    events: readonly eventLog.NewEvent[],
    options: { readonly expected: eventLog.ExpectedRevision },
  ): Promise<eventLog.Appended> {
    const outcome = await this.#store.append(appendRequest(stream, events, options));
    if ("appended" in outcome) return outcome.appended;
    const actual = outcome.refused === "conflict" && outcome.actual >= 0
      ? outcome.actual
      : undefined;
    throw new eventLog.RevisionConflict(stream, options.expected, actual);
  }

  async *read(
    stream: string,
    { direction = "forwards", from, limit, signal }: eventLog.ReadOptions = {},
  ): AsyncGenerator<readonly Recorded[], void, undefined> {
    const action = `Cannot read stream ${JSON.stringify(stream)}`;
    eventLog.checkReading(action, { stream, from, limit });
    const step = direction === "forwards" ? 1 : -1;
    let pageLimit = fewRows;
    let next = from ?? (step === 1 ? 0 : Number.MAX_SAFE_INTEGER);
    let left = limit ?? Infinity;
    while (left > 0 && next >= 0) {
      const range = { direction, from: next, limit: Math.min(left, pageLimit) };
      const page = await this.#store.page((reader) => reader.stream(stream, range), {
        action,
        signal,
      });
      const events = readable(page.events);
      if (events.length > 0) yield events;
      if (page.last) return;
      next = page.events.at(-1)!.revision + step;
      pageLimit = Infinity;
      left -= events.length;
    }
  }

  async *readAll(
    { direction = "forwards", after, categories, limit, signal }: eventLog.ReadAllOptions = {},
  ): AsyncGenerator<readonly Recorded[], void, undefined> {
    const action = "Cannot read the event log";
    eventLog.checkReading(action, { after, limit });
    const isBackwards = direction === "backwards";
    const { head } = this.#store;
    let range = isBackwards
      ? { after: 0, until: after === undefined ? head : after - 1 }
      : { after: after ?? 0, until: head };
    let left = limit ?? Infinity;
    while (left > 0) {
      const asked = { ...range, isBackwards, limit: left, categories };
      const page = await this.#store.page((reader) => reader.all(asked), { action, signal });
      const events = readable(page.events);
      if (events.length > 0) yield events;
      if (page.last) return;
      const { position } = page.events.at(-1)!;
      range = isBackwards ? { ...range, until: position - 1 } : { ...range, after: position };
      left -= events.length;
    }
  }

  async *subscribe(
    options: eventLog.SubscribeOptions,
  ): AsyncGenerator<eventLog.EventBatch, void, undefined> {
    const action = "Cannot subscribe to the event log";
    const { after } = options;
    eventLog.checkReading(action, { after });
    this.#store.requireOpen(action);
    const { identity } = this.#store;
    const position = eventLog.positionOf(after);
    if (after && position) {
      const found = this.#store.eventAt(position);
      eventLog.requireRead(after, { log: identity, id: found && uuidText(found.id) });
    }
    yield* sqliteSubscription({
      identity,
      tail: this.#store.tail,
      turn: this.#store.turn,
      closed: this.#store.closed,
      pageAfter: (after, categories) =>
        options.isBulk ? this.#bulkPage(after, categories) : this.#tailPage(after, categories),
    }, options);
  }

  // deno-lint-ignore require-await -- a refusal is a rejection, like every other failure
  async head(): Promise<number | undefined> {
    this.#store.requireOpen("Cannot ask the event log for its head");
    return this.#store.head || undefined;
  }

  identity(): Promise<string> {
    return Promise.resolve(this.#store.identity);
  }

  /** Answers what was appended before, ends subscriptions quietly, then closes the file. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#store[Symbol.asyncDispose]();
  }

  #tailPage(after: number, categories: readonly string[] | undefined): TailPage {
    const until = this.#store.head;
    const action = "Cannot read the event log for a subscription";
    const page = this.#store.pageNow(
      (reader) => reader.all({ after, until, limit: Infinity, categories }),
      action,
    );
    const end = page.last ? this.#store.tail.end : page.events.at(-1)!;
    return { events: readable(page.events), end };
  }

  #bulkPage(after: number, categories: readonly string[] | undefined): TailPage {
    const action = "Cannot read the event log for a subscription";
    const range = { after, until: this.#store.head, categories };
    const { events, end } = this.#store.pageNow((reader) => reader.bulk(range), action);
    return { events, end: end ?? this.#store.tail.end };
  }
}

function readable(events: readonly StoredEvent[]): readonly Recorded[] {
  return events.filter((event) => !isSystemEvent(event)).map(toRecorded);
}
