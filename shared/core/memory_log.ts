import { categoryOf, type Recorded } from "./event.ts";
import {
  type Appended,
  type EventBatch,
  type EventLog,
  type ExpectedRevision,
  type NewEvent,
  type ReadAllOptions,
  type ReadOptions,
  RevisionConflict,
  type SubscribeOptions,
} from "./event_log.ts";
import { type CheckedAppend, checkedAppend, checkReading } from "./event_log_arguments.ts";
import { Unavailable } from "./failures.ts";
import { type LogMark, positionOf, requireRead } from "./log_mark.ts";

/** How a log in memory is opened. */
export type MemoryLogOptions = {
  /** What an event's `recordedAt` is taken from; default: the wall clock. */
  readonly now?: () => Date;
};

/** A log whose events can be looked at. */
export type MemoryLog = EventLog & {
  /** All events, in commit order: for tests that look at what was written. */
  readonly recorded: readonly Recorded[];
};

/** An event log that ends with its process: all that the port promises but durability. */
export function memoryLog(options: MemoryLogOptions = {}): MemoryLog {
  return new LogInMemory(options);
}

/** Data and metadata as text: every reader gets its own, and nobody's changes reach what is stored. */
type Stored =
  & CheckedAppend["events"][number]
  & Pick<Recorded, "stream" | "revision" | "position" | "recordedAt">;

/** How many events a reader goes past at a time. */
const pageSize = 500;

class LogInMemory implements MemoryLog {
  /** In commit order: the event at index 0 has position 1. */
  readonly #all: Stored[] = [];
  readonly #streams = new Map<string, Stored[]>();
  readonly #identity: string = crypto.randomUUID();
  readonly #closed = new AbortController();
  readonly #now: () => Date;
  /** Resolved when there is something to look at for who waits. */
  #moved = Promise.withResolvers<void>();

  constructor({ now = () => new Date() }: MemoryLogOptions) {
    this.#now = now;
  }

  get recorded(): readonly Recorded[] {
    return this.#all.map(toRecorded);
  }

  // deno-lint-ignore require-await -- a refusal is a rejection, like every other failure
  async append(
    stream: string,
    newEvents: readonly NewEvent[],
    options: { readonly expected: ExpectedRevision },
  ): Promise<Appended> {
    const { expected, events } = checkedAppend(stream, newEvents, options);
    this.#requireOpen(`Cannot append to stream "${stream}"`);
    const there = this.#streams.get(stream) ?? [];
    const first = expected === "no-stream" ? 0 : expected + 1;
    if (first !== there.length) {
      const last = events.length > 0 ? there[first + events.length - 1] : undefined;
      if (!last || events.some(({ id }, index) => id !== there[first + index]?.id)) {
        throw new RevisionConflict(stream, expected, there.at(-1)?.revision);
      }
      return { revision: last.revision, position: last.position };
    }
    const recordedAt = this.#now().toISOString();
    for (const event of events) {
      const place = { stream, revision: there.length, position: this.#all.length + 1, recordedAt };
      const stored = { ...event, ...place };
      there.push(stored);
      this.#all.push(stored);
    }
    if (events.length > 0) {
      this.#streams.set(stream, there);
      this.#wake();
    }
    return { revision: there.length - 1, position: this.#all.length };
  }

  async *read(
    stream: string,
    { direction = "forwards", from, limit, signal }: ReadOptions = {},
  ): AsyncGenerator<readonly Recorded[], void, undefined> {
    const action = `Cannot read stream ${JSON.stringify(stream)}`;
    checkReading(action, { stream, from, limit });
    const there = this.#streams.get(stream) ?? [];
    const found = direction === "forwards"
      ? there.slice(from)
      : there.slice(0, from === undefined ? undefined : from + 1).reverse();
    yield* this.#pages(found.slice(0, limit), { action, signal });
  }

  async *readAll(
    { direction = "forwards", after, categories, limit, signal }: ReadAllOptions = {},
  ): AsyncGenerator<readonly Recorded[], void, undefined> {
    const action = "Cannot read the event log";
    checkReading(action, { after, limit });
    const there = direction === "forwards"
      ? this.#all.slice(after)
      : this.#all.slice(0, after === undefined ? undefined : Math.max(0, after - 1)).reverse();
    const found = there.filter(ofCategories(categories));
    yield* this.#pages(found.slice(0, limit), { action, signal });
  }

  async *subscribe(
    { after, categories, signal }: SubscribeOptions,
  ): AsyncGenerator<EventBatch, void, undefined> {
    const action = "Cannot subscribe to the event log";
    const start = positionOf(after);
    checkReading(action, { after });
    this.#requireOpen(action);
    if (after && start) requireRead(after, { log: this.#identity, id: this.#all[start - 1]?.id });
    const isWanted = ofCategories(categories);
    const ended = AbortSignal.any([signal, this.#closed.signal]);
    // Wakes all who wait: those whom it does not concern look once and wait on.
    const wake = () => this.#wake();
    ended.addEventListener("abort", wake);
    try {
      let position = start ?? 0;
      let told = false;
      while (!ended.aborted) {
        if (told && position === this.#all.length) {
          await this.#moved.promise;
          continue;
        }
        const page = this.#all.slice(position, position + pageSize);
        position += page.length;
        told = true;
        yield {
          events: page.filter(isWanted).map(toRecorded),
          position: page.at(-1)?.position ?? start,
          mark: this.#markAt(position),
          caughtUp: position === this.#all.length,
        };
      }
    } finally {
      ended.removeEventListener("abort", wake);
    }
  }

  // deno-lint-ignore require-await -- a refusal is a rejection, like every other failure
  async head(): Promise<number | undefined> {
    this.#requireOpen("Cannot ask the event log for its head");
    return this.#all.at(-1)?.position;
  }

  identity(): Promise<string> {
    return Promise.resolve(this.#identity);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort();
    return Promise.resolve();
  }

  async *#pages(
    events: readonly Stored[],
    { action, signal }: { readonly action: string; readonly signal: AbortSignal | undefined },
  ): AsyncGenerator<readonly Recorded[], void, undefined> {
    this.#requireOpen(action);
    signal?.throwIfAborted();
    for (let at = 0; at < events.length; at += pageSize) {
      yield await Promise.resolve(events.slice(at, at + pageSize).map(toRecorded));
      this.#requireOpen(action);
      signal?.throwIfAborted();
    }
  }

  #markAt(position: number): LogMark | undefined {
    const event = this.#all[position - 1];
    return event && { log: this.#identity, position, id: event.id };
  }

  #wake(): void {
    this.#moved.resolve();
    this.#moved = Promise.withResolvers();
  }

  #requireOpen(action: string): void {
    if (this.#closed.signal.aborted) throw new Unavailable(`${action}: the event log is closed`);
  }
}

function ofCategories(
  categories: readonly string[] | undefined,
): (event: { readonly stream: string }) => boolean {
  const wanted = categories && new Set(categories);
  return ({ stream }) => wanted?.has(categoryOf(stream)) ?? true;
}

function toRecorded({ data, metadata, ...event }: Stored): Recorded {
  return { ...event, data: JSON.parse(data), metadata: JSON.parse(metadata) };
}
