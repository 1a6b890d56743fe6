import { type StoredEvent, tombstoneRevision } from "../log/stored_event.ts";
import { isHidden } from "../streams/event_filter.ts";
import type { EventStore } from "../projected/event_store.ts";
import { type GroupConfig, wholeLog } from "./group_settings.ts";

/** An event of a source that a group wants, or where it was looked in vain. */
export type Considered = {
  readonly place: number;
  readonly event: StoredEvent | undefined;
  /** So many events that nobody wants came before it, or with it if it is none. */
  readonly passed: number;
};

export type SourcePage = {
  readonly considered: readonly Considered[];
  /** First place of what follows. */
  readonly next: number;
  readonly last: boolean;
  /** The stream is deleted for ever. */
  readonly isEnded: boolean;
};

/** Where a group takes its events from. Places are revisions of a stream, or positions in the log. */
export type GroupSource = {
  page(from: number, limit: number): Promise<SourcePage>;
  /** Calls `take` for what is written from now on; the result ends that. */
  watch(take: (considered: Considered) => void): () => void;
  /** Place after the last event there is. */
  end(): Promise<number>;
};

export function groupSource(store: EventStore, config: GroupConfig): GroupSource {
  return config.stream === wholeLog ? logSource(store, config) : streamSource(store, config.stream);
}

function streamSource(store: EventStore, stream: string): GroupSource {
  return {
    async page(from, limit) {
      // Who begins at the end has nothing to read, also of a stream that is deleted for ever
      if (from === tombstoneRevision) {
        return { considered: [], next: from, last: true, isEnded: false };
      }
      const page = await store.readStream(stream, { direction: "forwards", from, limit });
      const considered = page.events.map((event) => ({ place: event.revision, event, passed: 0 }));
      const next = considered.length > 0 ? page.next : from;
      return { considered, next, last: page.last, isEnded: page.state === "deleted" };
    },
    watch: (take) =>
      store.live.watchStream(
        stream,
        (event) => take({ place: event.revision, event, passed: 0 }),
      ),
    async end() {
      const range = { direction: "backwards", from: Infinity, limit: 1 } as const;
      const { state, lastRevision } = await store.readStream(stream, range);
      return state === "deleted" ? tombstoneRevision : lastRevision + 1;
    },
  };
}

function logSource(store: EventStore, { filter }: GroupConfig): GroupSource {
  function isWanted({ stream, type }: StoredEvent): boolean {
    return !filter || filter.matches(filter.by === "stream" ? stream : type);
  }
  return {
    async page(from, limit) {
      const page = await store.readAll({ direction: "forwards", from, limit, filter });
      const considered = filter
        ? withPassed(page)
        : page.events.map((event) => ({ place: event.position, event, passed: 0 }));
      return { considered, next: page.next, last: page.last, isEnded: false };
    },
    watch: (take) =>
      store.live.watchAll((events) => {
        for (const event of events) {
          if (isHidden(event.stream)) continue;
          const wanted = isWanted(event) ? event : undefined;
          take({ place: event.position, event: wanted, passed: wanted ? 0 : 1 });
        }
      }),
    end: () => Promise.resolve(store.head + 1),
  };
}

/** Counts what was looked at and not wanted. */
function withPassed(
  { events, considered }: {
    readonly events: readonly StoredEvent[];
    readonly considered: readonly number[];
  },
): Considered[] {
  const all: Considered[] = [];
  let passed = 0;
  for (const place of considered) {
    const event = events[all.length];
    if (event?.position === place) {
      all.push({ place, event, passed });
      passed = 0;
    } else passed++;
  }
  const place = considered.at(-1);
  if (passed > 0 && place !== undefined) all.push({ place, event: undefined, passed });
  return all;
}
