import type { SqliteStore } from "../log/sqlite_store.ts";
import type { StoredEvent } from "../log/stored_event.ts";
import type { LiveEvents } from "../streams/live_events.ts";
import { metastreamOf, originalOf } from "../log/stream_metadata.ts";
import { projectedName, type ProjectionKind } from "./projected_stream.ts";
import { ProjectedStreams } from "./projected_streams.ts";
import type { StreamPage, StreamRange, StreamReader } from "../streams/stream_reader.ts";

export type ProjectionState = {
  readonly status: "Running" | "Stopped" | "Aborted";
  /** Position of the last event it has seen. */
  readonly upTo: number;
};

const kinds: ReadonlyMap<string, ProjectionKind> = new Map([
  ["$by_category", "category"],
  ["$by_correlation_id", "correlation"],
  ["$by_event_type", "type"],
  ["$stream_by_category", "streamsOfCategory"],
  ["$streams", "streams"],
]);

/**
 * The standard projections as their clients see them: one that is stopped adds no links to its streams, which stay as
 * they are; once it is started again it adds those that it missed.
 */
export class StandardProjections {
  readonly names: readonly string[] = [...kinds.keys()];
  readonly #store: SqliteStore;
  readonly #streams: StreamReader;
  readonly #live: LiveEvents;
  readonly #stopped = new Map<ProjectionKind, ProjectionState>();
  #projected: ProjectedStreams | undefined;

  constructor(
    store: SqliteStore,
    { streams, live, started }: {
      readonly streams: StreamReader;
      readonly live: LiveEvents;
      readonly started: boolean;
    },
  ) {
    this.#store = store;
    this.#streams = streams;
    this.#live = live;
    if (!started) {
      for (const name of this.names) {
        this.stop(name, { status: "Stopped", upTo: 0 });
      }
    }
  }

  /** Undefined: there is none of this name. */
  stateOf(name: string): ProjectionState | undefined {
    const kind = kinds.get(name);
    return kind && (this.#stopped.get(kind) ?? { status: "Running", upTo: this.#store.head });
  }

  stop(name: string, { status, upTo }: ProjectionState): void {
    this.#stopped.set(kinds.get(name)!, { status, upTo });
  }

  /** Those who watch its streams are told in this turn of what it missed: whatever is written then comes after that. */
  start(name: string): void {
    const kind = kinds.get(name)!;
    const after = this.#stopped.get(kind)?.upTo;
    if (after === undefined) return;
    const names = Array.from(this.#live.watchedStreams, (name) => originalOf(name) ?? name);
    for (const name of new Set(names)) {
      const projected = projectedName(name);
      if (projected?.kind !== kind) continue;
      const missed = this.#all.linksBetween(projected, { after, upTo: this.#store.head });
      for (const links of missed) this.#live.publishToStreams(links);
    }
    this.#stopped.delete(kind);
  }

  /** A page of the stream of a projection, or of its metadata; undefined: no projection has this one, or none yet. */
  async read(name: string, range: StreamRange): Promise<StreamPage | undefined> {
    const original = originalOf(name);
    const projected = projectedName(original ?? name);
    if (!projected) return undefined;
    const { upTo } = this.#stopped.get(projected.kind) ?? { upTo: this.#store.head };
    if (upTo === 0) return undefined;
    return original === undefined
      ? await this.#all.read(projected, { range, upTo })
      : await this.#all.readMetadata(projected, { range, upTo });
  }

  /** The links that follow from events just written, in the streams that somebody watches. */
  linksTo(events: readonly StoredEvent[]): readonly StoredEvent[] {
    if (this.#stopped.size === kinds.size) return [];
    return this.#all.linksTo(
      events,
      ({ name, kind }) =>
        !this.#stopped.has(kind) &&
        (this.#live.isWatched(name) || this.#live.isWatched(metastreamOf(name))),
    );
  }

  /** Not made before it is needed: it begins with indexes. */
  get #all(): ProjectedStreams {
    return this.#projected ??= new ProjectedStreams(this.#store, this.#streams);
  }
}
