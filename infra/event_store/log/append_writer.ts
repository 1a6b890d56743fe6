import type { DatabaseSync, StatementSync } from "node:sqlite";
import { eventLog } from "@headwater/core";
import type { AppendRequest, PreparedEvent } from "./append_request.ts";
import { sameBytes, uuidText, uuidToBytes } from "./event_id.ts";
import { EventInserter } from "./event_inserter.ts";
import { RecentIds } from "./recent_ids.ts";
import { jsonMark, type StoredEvent, tombstoneRevision } from "./stored_event.ts";
import { metastreamOf, originalOf, softDeletionMetadata } from "./stream_metadata.ts";
import { type KnownStream, StreamDirectory } from "./stream_directory.ts";

/** What one append came to; nothing counts before the transaction is committed. */
export type Outcome =
  | { readonly appended: eventLog.Appended; readonly written: readonly StoredEvent[] }
  /** The expectation does not hold. `actual` is the last event's revision, -1 where there is none. */
  | { readonly refused: "conflict"; readonly actual: number }
  /** Deleted for ever, or expected to exist where it is deleted until somebody writes to it. */
  | { readonly refused: "deleted" };

type Verdict = "write" | "conflict" | "deleted" | eventLog.Appended;

/** Where an event goes. */
type Place = {
  readonly name: string;
  readonly category: string;
  readonly stream: KnownStream;
  readonly revision: number;
  /** It is the first of its append: default. */
  readonly begins?: boolean;
};

/**
 * Writes appends into an open transaction: checks the expectation, knows repeats, gives out places, and keeps what
 * deleting and reviving a stream means for its metadata. The checks and their order are EventStoreDB's.
 */
export class AppendWriter {
  readonly #streams: StreamDirectory;
  readonly #statements: ReturnType<typeof prepareStatements>;
  readonly #inserter: EventInserter;
  readonly #recent = new RecentIds();
  #position: number;
  #recordedAt = 0;

  constructor(database: DatabaseSync) {
    this.#streams = new StreamDirectory(database);
    this.#statements = prepareStatements(database);
    this.#inserter = new EventInserter(database);
    this.#position = Number(this.#statements.head.get()!.position ?? 0);
  }

  /** Position of the last event written, committed or not; 0: none. */
  get position(): number {
    return this.#position;
  }

  /** What it remembers of streams and ids takes in memory, estimated. */
  get bytes(): number {
    return this.#streams.bytes + this.#recent.bytes;
  }

  write(request: AppendRequest, recordedAt: number): Outcome {
    this.#recordedAt = recordedAt;
    const stream = this.#streams.find(request.stream);
    const verdict = this.#check(request, stream);
    if (verdict === "deleted") return { refused: "deleted" };
    if (verdict === "conflict") return { refused: "conflict", actual: stream?.revision ?? -1 };
    if (verdict !== "write") return { appended: verdict, written: [] };
    if (request.deletes) return this.#delete(request, stream);
    if (request.events.length === 0 && !stream?.isSoftDeleted) {
      return { appended: this.#lastPlace(stream), written: [] };
    }
    return this.#append(request, stream ?? this.#streams.create(request.stream));
  }

  /** After a rollback to where `position` was the last: what was remembered since may never have been. */
  forget(position: number): void {
    this.#streams.forget();
    this.#recent.forget();
    this.#inserter.clear();
    this.#position = position;
  }

  #check(request: AppendRequest, stream: KnownStream | undefined): Verdict {
    const { expected, events } = request;
    const revision = stream?.revision ?? -1;
    if (revision === tombstoneRevision || this.#isOwnerEnded(request.stream)) return "deleted";
    if (expected === "stream-exists") {
      if (stream?.isSoftDeleted) return "deleted";
      if (revision < 0 && !this.#hasMetadata(request.stream)) return "conflict";
    }
    if (expected === "any" || expected === "stream-exists") {
      const [first] = events;
      const starts = first && stream ? this.#revisionsOf(stream, first) : [];
      if (starts.length === 0) return "write";
      const whole = isDistinct(events) ? this.#repeated(stream!, { starts, events }) : undefined;
      return whole ?? this.#repeatedInAnyOrder(stream!, events) ?? "conflict";
    }
    const last = expected === "no-stream" ? -1 : expected;
    if (last === revision) return "write";
    if (last > revision) return "conflict";
    const revives = expected === "no-stream" && stream!.isSoftDeleted;
    if (events.length === 0) return request.deletes && revives ? "write" : "conflict";
    const starts = [last + 1];
    const repeated = this.#repeated(stream!, { starts, events });
    if (repeated) return repeated;
    const beginsAlike = this.#repeated(stream!, { starts, events: events.slice(0, 1) });
    return revives && !beginsAlike ? "write" : "conflict";
  }

  /** A stream that is deleted for ever takes its metadata with it. */
  #isOwnerEnded(metastream: string): boolean {
    const owner = originalOf(metastream);
    if (owner === undefined) return false;
    return this.#streams.find(owner)?.revision === tombstoneRevision || this.#isOwnerEnded(owner);
  }

  #hasMetadata(name: string): boolean {
    return (this.#streams.find(metastreamOf(name))?.revision ?? -1) >= 0;
  }

  /** In order: the first one is the one that EventStoreDB knows. */
  #revisionsOf(stream: KnownStream, { id }: PreparedEvent): readonly number[] {
    const begun = this.#statements.revisionsOfId.all(stream.id, id)
      .map(({ revision }) => Number(revision));
    const within = this.#recent.revisionOf(stream, id);
    const revisions = within === undefined ? begun : [...begun, within];
    return revisions.sort((a, b) => a - b);
  }

  /** Where the first event's id is known, the others may follow it. */
  #repeated(
    stream: KnownStream,
    { starts, events }: {
      readonly starts: readonly number[];
      readonly events: readonly PreparedEvent[];
    },
  ): eventLog.Appended | undefined {
    for (const start of starts) {
      const places = events.map((_, index) => this.#statements.place.get(stream.id, start + index));
      const same = events.every(({ id }, index) => sameBytes(places[index]?.id, id));
      if (same) {
        const position = Number(places.at(-1)!.position);
        return { revision: start + events.length - 1, position };
      }
    }
    return undefined;
  }

  #repeatedInAnyOrder(
    stream: KnownStream,
    events: readonly PreparedEvent[],
  ): eventLog.Appended | undefined {
    let revision = -1;
    for (const event of events) {
      const [known] = this.#revisionsOf(stream, event);
      if (known === undefined) return undefined;
      revision = known;
    }
    const { position } = this.#statements.place.get(stream.id, revision)!;
    return { revision, position: Number(position) };
  }

  #lastPlace(stream: KnownStream | undefined): eventLog.Appended {
    if (!stream || stream.revision < 0) return { revision: -1, position: 0 };
    const { position } = this.#statements.place.get(stream.id, stream.revision)!;
    return { revision: stream.revision, position: Number(position) };
  }

  #append({ stream: name, category, events }: AppendRequest, stream: KnownStream): Outcome {
    const { isSoftDeleted, revision: before } = stream;
    const original = originalOf(name);
    const written = events.map((event, index) => {
      const revision = stream.revision + 1;
      if (index > 0) this.#recent.add(event.id, { stream, revision });
      return this.#insert(event, { name, category, stream, revision, begins: index === 0 });
    });
    this.#inserter.flush();
    const last = written.at(-1);
    if (original !== undefined && last) {
      const owner = this.#streams.find(original) ?? this.#streams.create(original);
      const { isSoftDeleted: revives } = owner;
      this.#streams.setMetadata(owner, last);
      if (revives) written.push(...this.#revive(owner, { name: original, at: owner.revision + 1 }));
    }
    if (isSoftDeleted) written.push(...this.#revive(stream, { name, at: before + 1 }));
    const { revision, position } = last ?? this.#lastPlace(stream);
    return { appended: { revision, position }, written };
  }

  #delete({ stream: name, category, deletes }: AppendRequest, found?: KnownStream): Outcome {
    if (deletes === "for-ever") {
      const stream = found ?? this.#streams.create(name);
      const event = systemEvent({ type: "$streamDeleted", data: "", json: jsonMark.none });
      const original = originalOf(name);
      const owner = original === undefined ? undefined : this.#streams.find(original);
      if (owner) this.#streams.setMetadata(owner, event);
      return wrote(
        this.#insertNow(event, { name, category, stream, revision: tombstoneRevision }),
      );
    }
    if (this.#streams.find(metastreamOf(name))?.revision === tombstoneRevision) {
      return { refused: "deleted" };
    }
    if ((found?.revision ?? -1) < 0 && !this.#hasMetadata(name)) {
      return { refused: "conflict", actual: -1 };
    }
    return wrote(
      this.#writeMetadata(found ?? this.#streams.create(name), {
        name,
        data: softDeletionMetadata,
      }),
    );
  }

  /** Its events from now on can be read, those before stay hidden. */
  #revive(
    stream: KnownStream,
    { name, at }: { readonly name: string; readonly at: number },
  ): StoredEvent[] {
    const data = this.#streams.metadataRevivedAt(name, at);
    return data === undefined ? [] : [this.#writeMetadata(stream, { name, data })];
  }

  #writeMetadata(
    stream: KnownStream,
    { name, data }: { readonly name: string; readonly data: string },
  ): StoredEvent {
    const metastream = metastreamOf(name);
    const holder = this.#streams.find(metastream) ?? this.#streams.create(metastream);
    const event = systemEvent({ type: "$metadata", data, json: jsonMark.claimed });
    const revision = holder.revision + 1;
    const category = eventLog.categoryOf(metastream);
    const place = { name: metastream, category, stream: holder, revision };
    const stored = this.#insertNow(event, place);
    this.#streams.setMetadata(stream, stored);
    return stored;
  }

  #insertNow(event: PreparedEvent, place: Place): StoredEvent {
    const stored = this.#insert(event, place);
    this.#inserter.flush();
    return stored;
  }

  #insert(
    { id, type, data, metadata, json }: PreparedEvent,
    { name, category, stream, revision, begins = true }: Place,
  ): StoredEvent {
    const recordedAt = this.#recordedAt;
    const position = ++this.#position;
    stream.revision = revision;
    this.#inserter.add(
      position,
      stream.id,
      revision,
      id,
      category,
      type,
      recordedAt,
      data,
      metadata,
      json,
      begins ? 1 : 0,
    );
    return { position, stream: name, revision, id, type, recordedAt, data, metadata, json };
  }
}

function wrote(event: StoredEvent): Outcome {
  const { revision, position } = event;
  return { appended: { revision, position }, written: [event] };
}

function systemEvent(
  { type, data, json }: Pick<PreparedEvent, "type" | "data" | "json">,
): PreparedEvent {
  return { id: uuidToBytes(crypto.randomUUID()), type, data, metadata: "", json };
}

/** No two events have one id. */
function isDistinct(events: readonly PreparedEvent[]): boolean {
  return events.length === 1 ||
    new Set(events.map(({ id }) => uuidText(id))).size === events.length;
}

function prepareStatements(
  database: DatabaseSync,
): Record<"head" | "place" | "revisionsOfId", StatementSync> {
  return {
    head: database.prepare("select max(position) as position from events"),
    place: database.prepare("select id, position from events where stream = ? and revision = ?"),
    // Left to itself, SQLite walks the whole stream in the order of its revisions.
    revisionsOfId: database.prepare(
      `select revision from events indexed by events_by_id
       where stream = ? and id = ? and begins_append = 1`,
    ),
  };
}
