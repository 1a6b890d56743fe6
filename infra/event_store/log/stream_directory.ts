import type { DatabaseSync, StatementSync } from "node:sqlite";
import { type Content, type StoredEvent, tombstoneRevision } from "./stored_event.ts";
import { metastreamOf, originalOf, retentionOf, revived } from "./stream_metadata.ts";

/** A stream as the writer knows it. */
export type KnownStream = {
  readonly id: number;
  /** It holds another one's metadata. */
  readonly isMetadata: boolean;
  /** Of its last event; -1: it has none, only metadata. */
  revision: number;
  /** Deleted until somebody writes to it. */
  isSoftDeleted: boolean;
};

/** How many streams it remembers the place of; beyond, it begins anew, which costs one lookup for each. */
const rememberedStreams = 20_000;
/** Measured: what one takes in memory, its name included. */
const bytesPerStream = 200;

/** Where each stream ends, as the open transaction has left it. */
export class StreamDirectory {
  readonly #known = new Map<string, KnownStream>();
  readonly #find: StatementSync;
  readonly #create: StatementSync;
  readonly #setMetadata: StatementSync;
  readonly #metadata: StatementSync;

  constructor(database: DatabaseSync) {
    this.#find = database.prepare(`
      select id, truncate_before as truncateBefore,
        (select max(revision) from events where stream = streams.id) as revision
      from streams where name = ?`);
    this.#create = database.prepare("insert into streams (name) values (?)");
    this.#setMetadata = database.prepare(
      "update streams set max_count = ?, max_age = ?, truncate_before = ? where id = ?",
    );
    this.#metadata = database.prepare(`
      select data from events where stream = (select id from streams where name = ?)
      order by revision desc limit 1`);
  }

  /** What is remembered takes in memory, estimated. */
  get bytes(): number {
    return this.#known.size * bytesPerStream;
  }

  /** Undefined: nothing was ever written to it, nor to its metadata. */
  find(name: string): KnownStream | undefined {
    const known = this.#known.get(name);
    if (known) return known;
    const row = this.#find.get(name);
    if (!row) return undefined;
    const isMetadata = originalOf(name) !== undefined;
    return this.#remember(name, {
      id: Number(row.id),
      isMetadata,
      revision: Number(row.revision ?? -1),
      isSoftDeleted: !isMetadata && row.truncateBefore === tombstoneRevision,
    });
  }

  create(name: string): KnownStream {
    const id = Number(this.#create.run(name).lastInsertRowid);
    const isMetadata = originalOf(name) !== undefined;
    return this.#remember(name, { id, isMetadata, revision: -1, isSoftDeleted: false });
  }

  /** The newest metadata of a stream is now what this event holds. Of metadata itself that changes nothing, as on the original. */
  setMetadata(stream: KnownStream, event: Pick<StoredEvent, "data" | "json">): void {
    if (stream.isMetadata) return;
    const { maxCount, maxAge, truncateBefore } = retentionOf(event);
    this.#setMetadata.run(maxCount ?? null, maxAge ?? null, truncateBefore ?? null, stream.id);
    stream.isSoftDeleted = truncateBefore === tombstoneRevision;
  }

  /** The newest metadata of a stream, changed so that it can be read from `revision` on; undefined: it is malformed. */
  metadataRevivedAt(name: string, revision: number): string | undefined {
    const row = this.#metadata.get(metastreamOf(name));
    return row && revived(row.data as Content, revision);
  }

  /** What was remembered may not be so. */
  forget(): void {
    this.#known.clear();
  }

  #remember(name: string, stream: KnownStream): KnownStream {
    if (this.#known.size >= rememberedStreams) this.#known.clear();
    this.#known.set(name, stream);
    return stream;
  }
}
