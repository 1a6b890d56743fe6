import type { SqliteStore } from "../log/sqlite_store.ts";
import { toStored } from "../log/sqlite_reader.ts";
import { type StoredEvent, tombstoneRevision } from "../log/stored_event.ts";
import { ProjectedIndex } from "./projected_index.ts";
import {
  metadataOfProjected,
  type ProjectedLink,
  projectedLink,
  type ProjectedName,
  projectionsOf,
} from "./projected_stream.ts";
import type { StreamPage, StreamRange, StreamReader } from "../streams/stream_reader.ts";

const action = "Cannot read a projected stream";
const maxPage = 256;

/** Reads the streams of the standard projections as if their links had been written. */
export class ProjectedStreams {
  readonly #store: SqliteStore;
  readonly #streams: StreamReader;
  readonly #index: ProjectedIndex;

  constructor(store: SqliteStore, streams: StreamReader) {
    this.#store = store;
    this.#streams = streams;
    // It changes the indexes
    this.#index = store.pageNow(() => new ProjectedIndex(store.database), action);
  }

  /** Reads a stream as it is, or was, when the log's last event had the position `upTo`. */
  async read(
    projected: ProjectedName,
    { range, upTo }: { readonly range: StreamRange; readonly upTo: number },
  ): Promise<StreamPage> {
    while (!await this.#store.page(() => this.#index.countTo(projected, upTo), { action })) {
      // Counting gives way to others, then goes on
    }
    const count = this.#index.countOf(projected);
    const { firstRevision, notBefore } = this.#streams.boundsOf(projected.name, count);
    const lastRevision = count - 1;
    if (count === 0 || firstRevision === tombstoneRevision) {
      return { state: "missing", events: [], next: range.from, last: true, lastRevision: -1 };
    }
    const read = range.direction === "forwards" ? this.#forwards : this.#backwards;
    for (let from = range.from;;) {
      const options = { range: { ...range, from }, firstRevision, lastRevision };
      const { links, next, last } = read.call(this, projected, options);
      const events = links.filter(({ recordedAt }) => recordedAt >= notBefore);
      if (events.length > 0 || last) {
        return { state: "found", events, next, last, lastRevision };
      }
      // All too old: whoever asks takes an empty page for the end
      from = next;
      await this.#store.turn.pass();
      this.#store.requireOpen(action);
    }
  }

  /** The metadata of a stream to whose metadata nobody has written, as a stream of one event; undefined: it has no links yet. */
  async readMetadata(
    projected: ProjectedName,
    { range: { direction, from }, upTo }: { readonly range: StreamRange; readonly upTo: number },
  ): Promise<StreamPage | undefined> {
    const range = { direction: "forwards", from: 0, limit: 1 } as const;
    const { events: [first] } = await this.read(projected, { range, upTo });
    if (!first) return undefined;
    const isAsked = direction === "backwards" || from === 0;
    const events = isAsked ? [metadataOfProjected(first)] : [];
    const next = direction === "forwards" ? Math.max(from, 1) : -1;
    return { state: "found", events, next, last: true, lastRevision: 0 };
  }

  /** The links that follow from events just written, in the streams that somebody wants, each stream's metadata first. */
  linksTo(
    events: readonly StoredEvent[],
    isWanted: (projected: ProjectedName) => boolean,
  ): readonly StoredEvent[] {
    const next = new Map<string, number>();
    const links: StoredEvent[] = [];
    for (const event of events) {
      for (const projected of projectionsOf(event)) {
        if (!isWanted(projected)) continue;
        const revision = next.get(projected.name) ?? this.#countTo(projected, event.position) - 1;
        next.set(projected.name, revision + 1);
        links.push(...withMetadata(projectedLink(event, { ...projected, revision })));
      }
    }
    return links;
  }

  /** The links to the events after one position, up to another, in pages. */
  *linksBetween(
    projected: ProjectedName,
    { after, upTo }: { readonly after: number; readonly upTo: number },
  ): Generator<readonly StoredEvent[]> {
    let from = this.#countTo(projected, after);
    const end = this.#countTo(projected, upTo);
    while (from < end) {
      const links = this.#links(projected, { from, limit: Math.min(end - from, maxPage) });
      yield links.flatMap(withMetadata);
      from += links.length;
    }
  }

  #countTo(projected: ProjectedName, position: number): number {
    this.#store.pageNow(() => {
      while (!this.#index.countTo(projected, position));
    }, action);
    return this.#index.countOf(projected);
  }

  #forwards(
    projected: ProjectedName,
    { range, firstRevision, lastRevision }: Bounds,
  ): ReadLinks {
    const from = Math.max(range.from, firstRevision);
    if (from > lastRevision) return { links: [], next: from, last: true };
    const limit = Math.min(range.limit, lastRevision - from + 1);
    const links = this.#links(projected, { from, limit });
    const next = from + links.length;
    return { links, next, last: next > lastRevision };
  }

  #backwards(
    projected: ProjectedName,
    { range, firstRevision, lastRevision }: Bounds,
  ): ReadLinks {
    const end = Math.min(range.from, lastRevision);
    let limit = Math.min(range.limit, end - firstRevision + 1, maxPage);
    for (;;) {
      if (limit <= 0) return { links: [], next: -1, last: true };
      const links = this.#links(projected, { from: end - limit + 1, limit });
      // Large events make a page shorter, at the end that is not wanted
      if (links.length < limit) {
        limit = links.length;
        continue;
      }
      const next = end - limit;
      return { links: links.toReversed(), next, last: next < firstRevision };
    }
  }

  #links(
    projected: ProjectedName,
    { from, limit }: { readonly from: number; readonly limit: number },
  ): readonly ProjectedLink[] {
    const { rows } = this.#store.pageNow(
      () => this.#index.page(projected, { revision: from, limit }),
      action,
    );
    return rows.map((row, index) =>
      projectedLink(toStored(row), { ...projected, revision: from + index })
    );
  }
}

type Bounds = {
  readonly range: StreamRange;
  readonly firstRevision: number;
  readonly lastRevision: number;
};

type ReadLinks = {
  readonly links: readonly ProjectedLink[];
  readonly next: number;
  readonly last: boolean;
};

/** A stream begins with its metadata. */
function withMetadata(link: ProjectedLink): readonly StoredEvent[] {
  return link.revision === 0 ? [metadataOfProjected(link), link] : [link];
}
