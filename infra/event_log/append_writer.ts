import type { DatabaseSync, StatementSync } from "node:sqlite";
import { type Appended, RevisionConflict } from "@headwater/shared/ports/event_log";
import type { AppendRequest, PreparedEvent } from "./append_request.ts";
import type { StoredEvent } from "./stored_event.ts";

type Stream = { readonly id: number; revision: number };

/** What one append came to; nothing counts before the transaction is committed. */
export type Outcome =
  | { readonly appended: Appended; readonly written: readonly StoredEvent[] }
  | { readonly conflict: RevisionConflict };

/** How many streams it remembers the place of; beyond, it begins anew, which costs one lookup for each. */
const rememberedStreams = 20_000;

/** Writes appends into an open transaction: checks the expectation, knows repeats, gives out places. */
export class AppendWriter {
  readonly #streams = new Map<string, Stream>();
  readonly #statements: ReturnType<typeof prepareStatements>;
  #position: number;

  constructor(database: DatabaseSync) {
    this.#statements = prepareStatements(database);
    this.#position = Number(this.#statements.head.get()!.position ?? 0);
  }

  /** Position of the last event written, committed or not; 0: none. */
  get position(): number {
    return this.#position;
  }

  write(request: AppendRequest, recordedAt: number): Outcome {
    const stream = this.#find(request.stream);
    const starts = stream ? this.#possibleStarts(stream, request) : [];
    if (starts.length > 0) {
      const repeated = this.#repeated(stream!, starts, request.events);
      return repeated ? { appended: repeated, written: [] } : conflict(request, stream);
    }
    if (!holds(request.expected, stream)) return conflict(request, stream);
    if (request.events.length === 0) return { appended: this.#lastPlace(stream), written: [] };
    return this.#insert(stream ?? this.#create(request.stream), { request, recordedAt });
  }

  /** After a rollback to where `position` was the last: what was remembered since may never have been. */
  forget(position: number): void {
    this.#streams.clear();
    this.#position = position;
  }

  #find(name: string): Stream | undefined {
    const known = this.#streams.get(name);
    if (known) return known;
    const row = this.#statements.stream.get(name);
    if (!row) return undefined;
    const stream = { id: Number(row.id), revision: Number(row.revision) };
    return this.#remember(name, stream);
  }

  #create(name: string): Stream {
    const { lastInsertRowid } = this.#statements.createStream.run(name);
    const stream = { id: Number(lastInsertRowid), revision: -1 };
    return this.#remember(name, stream);
  }

  #remember(name: string, stream: Stream): Stream {
    if (this.#streams.size === rememberedStreams) this.#streams.clear();
    this.#streams.set(name, stream);
    return stream;
  }

  /**
   * At which revisions these events can be if they were appended before: after the one expected, or where any is
   * allowed wherever the first event's id is known.
   */
  #possibleStarts(stream: Stream, { expected, events }: AppendRequest): readonly number[] {
    const [first] = events;
    if (!first) return [];
    if (expected === "any" || expected === "stream-exists") {
      return this.#statements.revisionsOfId.all(stream.id, first.idBytes)
        .map(({ revision }) => Number(revision));
    }
    const start = expected === "no-stream" ? 0 : expected + 1;
    return start <= stream.revision ? [start] : [];
  }

  #repeated(
    stream: Stream,
    starts: readonly number[],
    events: readonly PreparedEvent[],
  ): Appended | undefined {
    for (const start of starts) {
      const places = events.map((_, index) => this.#statements.place.get(stream.id, start + index));
      const same = events.every(({ idBytes }, index) => sameBytes(places[index]?.id, idBytes));
      if (same) {
        const position = Number(places.at(-1)!.position);
        return { revision: start + events.length - 1, position, repeated: true };
      }
    }
    return undefined;
  }

  #lastPlace(stream: Stream | undefined): Appended {
    if (!stream) return { revision: -1, position: 0, repeated: false };
    const { position } = this.#statements.place.get(stream.id, stream.revision)!;
    return { revision: stream.revision, position: Number(position), repeated: false };
  }

  #insert(
    stream: Stream,
    { request, recordedAt }: { readonly request: AppendRequest; readonly recordedAt: number },
  ): Outcome {
    const written = request.events.map(({ id, idBytes, type, data, metadata }): StoredEvent => {
      const position = ++this.#position;
      const revision = ++stream.revision;
      this.#statements.insert.run(
        position,
        stream.id,
        revision,
        idBytes,
        request.category,
        type,
        recordedAt,
        data,
        metadata,
      );
      return { position, stream: request.stream, revision, id, type, recordedAt, data, metadata };
    });
    const { revision, position } = written.at(-1)!;
    return { appended: { revision, position, repeated: false }, written };
  }
}

function holds(expected: AppendRequest["expected"], stream: Stream | undefined): boolean {
  if (expected === "any") return true;
  if (expected === "no-stream") return stream === undefined;
  if (expected === "stream-exists") return stream !== undefined;
  return stream?.revision === expected;
}

function conflict({ stream, expected }: AppendRequest, found: Stream | undefined): Outcome {
  return { conflict: new RevisionConflict(stream, expected, found?.revision) };
}

function sameBytes(stored: unknown, bytes: Uint8Array): boolean {
  return stored instanceof Uint8Array && bytes.every((byte, at) => byte === stored[at]);
}

function prepareStatements(database: DatabaseSync): Record<
  "head" | "stream" | "createStream" | "place" | "revisionsOfId" | "insert",
  StatementSync
> {
  return {
    head: database.prepare("select max(position) as position from events"),
    stream: database.prepare(`
      select id, (select max(revision) from events where stream = streams.id) as revision
      from streams where name = ?`),
    createStream: database.prepare("insert into streams (name) values (?)"),
    place: database.prepare("select id, position from events where stream = ? and revision = ?"),
    // Left to itself, SQLite walks the whole stream in the order of its revisions.
    revisionsOfId: database.prepare(
      "select revision from events indexed by events_by_id where stream = ? and id = ? order by position",
    ),
    insert: database.prepare(`
      insert into events
        (position, stream, revision, id, category, type, recorded_at, data, metadata)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?)`),
  };
}
