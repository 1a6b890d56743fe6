import type { DatabaseSync, StatementSync } from "node:sqlite";
import { PagedQuery } from "../log/paged_query.ts";
import { toStored } from "../log/sqlite_reader.ts";
import { originalOf } from "../log/stream_metadata.ts";
import { type StoredEvent, tombstoneRevision } from "../log/stored_event.ts";

/** A stream as readers see it. */
export type StreamState = {
  readonly id: number;
  /** Of the last event; -1: there is none. */
  readonly lastRevision: number;
  /** The first event that can be read, by what its metadata says about counts and truncation. */
  readonly firstRevision: number;
  /** Older events cannot be read: milliseconds since 1970. */
  readonly notBefore: number;
};

export type StreamRange = {
  readonly direction: "forwards" | "backwards";
  /** The first one, if it can be read. */
  readonly from: number;
  readonly limit: number;
};

export type StreamPage = {
  /** Missing: never written, or deleted until somebody writes to it. Deleted: for ever. */
  readonly state: "found" | "missing" | "deleted";
  readonly events: readonly StoredEvent[];
  /** Where to go on in the same direction. */
  readonly next: number;
  /** True when there was nothing further as it was read. */
  readonly last: boolean;
  /** Of the stream's last event, whether it can be read or not; -1: none. */
  readonly lastRevision: number;
};

/** Reads streams as their metadata allows. */
export class StreamReader {
  readonly #now: () => Date;
  readonly #state: StatementSync;
  readonly #forwards: PagedQuery;
  readonly #backwards: PagedQuery;

  constructor(database: DatabaseSync, now: () => Date) {
    this.#now = now;
    this.#state = database.prepare(`
      select id, max_count as maxCount, max_age as maxAge, truncate_before as truncateBefore,
        (select max(revision) from events where stream = streams.id) as revision
      from streams where name = ?`);
    this.#forwards = new PagedQuery(database, (columns) => `
      select ${columns} from events
      where stream = ? and revision >= ? and revision < ? and recorded_at >= ?
      order by revision limit ? + 0`);
    this.#backwards = new PagedQuery(database, (columns) => `
      select ${columns} from events
      where stream = ? and revision >= ? and revision <= ? and recorded_at >= ?
      order by revision desc limit ? + 0`);
  }

  read(name: string, { direction, from, limit }: StreamRange): StreamPage {
    const state = this.stateOf(name);
    const lastRevision = typeof state === "object" ? state.lastRevision : -1;
    if (typeof state === "string") {
      return { state, events: [], next: from, last: true, lastRevision };
    }
    const { id, firstRevision, notBefore } = state;
    const forwards = direction === "forwards";
    const { rows, last } = forwards
      ? this.#forwards.page(
        [id, Math.max(from, firstRevision), tombstoneRevision, notBefore],
        limit,
      )
      : this.#backwards.page([id, firstRevision, Math.min(from, lastRevision), notBefore], limit);
    const end = rows.at(-1)?.[2];
    const next = end === undefined
      ? forwards ? Math.max(from, lastRevision + 1) : -1
      : forwards
      ? end + 1
      : end - 1;
    return { state: "found", events: rows.map(toStored), next, last, lastRevision };
  }

  /** The event at one revision, if it can be read. */
  event(name: string, revision: number): StoredEvent | undefined {
    if (revision >= tombstoneRevision) return undefined;
    const page = this.read(name, { direction: "forwards", from: revision, limit: 1 });
    const [event] = page.events;
    return event?.revision === revision ? event : undefined;
  }

  /** Whether an event that was read elsewhere can be read as part of its stream. */
  isReadable({ stream, revision, recordedAt }: StoredEvent): boolean {
    const state = this.stateOf(stream);
    return typeof state === "object" && revision >= state.firstRevision &&
      recordedAt >= state.notBefore;
  }

  /** What the metadata of a stream without events of its own says: of so many links, which can be read. */
  boundsOf(name: string, count: number): Pick<StreamState, "firstRevision" | "notBefore"> {
    const row = this.#state.get(name);
    return row ? this.#bounds(row, count - 1) : { firstRevision: 0, notBefore: 0 };
  }

  stateOf(name: string): StreamState | "missing" | "deleted" {
    // The metadata of a stream that is deleted for ever is deleted with it.
    const original = originalOf(name);
    if (original !== undefined && this.stateOf(original) === "deleted") return "deleted";
    const row = this.#state.get(name);
    if (!row || row.revision === null) return "missing";
    const lastRevision = Number(row.revision);
    if (lastRevision === tombstoneRevision) return "deleted";
    const id = Number(row.id);
    // Of metadata the newest event can be read, whatever its own metadata says.
    if (original !== undefined) {
      return { id, lastRevision, firstRevision: lastRevision, notBefore: 0 };
    }
    if (row.truncateBefore === tombstoneRevision) return "missing";
    return { id, lastRevision, ...this.#bounds(row, lastRevision) };
  }

  #bounds(
    { maxCount, maxAge, truncateBefore }: Readonly<Record<string, unknown>>,
    lastRevision: number,
  ): Pick<StreamState, "firstRevision" | "notBefore"> {
    return {
      firstRevision: Math.max(
        lastRevision - Number(maxCount ?? Infinity) + 1,
        Number(truncateBefore ?? 0),
        0,
      ),
      notBefore: maxAge === null ? 0 : this.#now().getTime() - Math.min(Number(maxAge), 1e9) * 1000,
    };
  }
}
