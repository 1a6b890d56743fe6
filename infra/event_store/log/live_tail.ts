import { eventLog, type Recorded } from "@headwater/core";
import { isSystemEvent, sizeOf, type StoredEvent, toRecorded } from "./stored_event.ts";

type Entry = {
  readonly stored: StoredEvent;
  /** Null: a system event, which no reader of the port gets. */
  readonly category: string | null;
  recorded?: Recorded;
};

/** Measured: what an event takes once its content is parsed as well, beside what it took. */
const parsedShare = 1.75;

export type TailPage = {
  readonly events: readonly Recorded[];
  /** The event up to which everything was looked at. */
  readonly end: Place;
};

/** Somebody who follows the log. */
export type TailFollower = {
  /** Undefined: all. */
  readonly categories: ReadonlySet<string> | undefined;
  /** The head has moved; `hasWanted`: past events of these categories, too. */
  moved(hasWanted: boolean): void;
};

/** An event of the log. */
export type Place = Pick<StoredEvent, "position" | "id">;

const maxEvents = 4_096;
const maxBytes = 8 * 1024 * 1024;
const pageEvents = 256;

/**
 * The newest events in memory, while there are subscribers: for those that keep up. Content is parsed once, at first
 * need, so subscribers share the objects.
 */
export class LiveTail {
  readonly #followers = new Set<TailFollower>();
  #entries: Entry[] = [];
  #bytes = 0;
  #parsedBytes = 0;
  #end: Place;

  /** `end`: the last event there is; at position 0 where there is none. */
  constructor(end: Place) {
    this.#end = end;
  }

  /** Position of the last committed event; 0: none. */
  get head(): number {
    return this.#end.position;
  }

  /** The last committed event. */
  get end(): Place {
    return this.#end;
  }

  /** What it takes in memory, estimated; some 22 MiB at most. */
  get bytes(): number {
    return this.#bytes + parsedShare * this.#parsedBytes;
  }

  add(events: readonly StoredEvent[]): void {
    const last = events.at(-1);
    if (!last) return;
    this.#end = last;
    if (this.#followers.size === 0) return;
    const categories = new Set<string>();
    for (const stored of events) {
      const category = categoryOf(stored);
      if (category !== null) categories.add(category);
      this.#entries.push({ stored, category });
      this.#bytes += sizeOf(stored);
    }
    this.#trim();
    for (const follower of this.#followers) {
      const hasWanted = follower.categories
        ? !follower.categories.isDisjointFrom(categories)
        : categories.size > 0;
      follower.moved(hasWanted);
    }
  }

  /** What follows `after`; undefined when that is no longer in memory. */
  pageAfter(after: number, categories: ReadonlySet<string> | undefined): TailPage | undefined {
    const first = this.#entries[0]?.stored.position;
    if (first === undefined || after + 1 < first) return undefined;
    const events: Recorded[] = [];
    let end = this.#end;
    for (let at = after + 1 - first; at < this.#entries.length; at++) {
      const entry = this.#entries[at]!;
      const { stored } = entry;
      end = stored;
      if (entry.category === null || categories && !categories.has(entry.category)) continue;
      events.push(this.#recordedOf(entry));
      if (events.length === pageEvents) break;
    }
    return { events, end };
  }

  /** Tells the follower whenever the head moves; the result ends that. */
  follow(follower: TailFollower): () => void {
    this.#followers.add(follower);
    return () => {
      this.#followers.delete(follower);
      if (this.#followers.size > 0) return;
      this.#entries = [];
      this.#bytes = this.#parsedBytes = 0;
    };
  }

  #recordedOf(entry: Entry): Recorded {
    if (entry.recorded) return entry.recorded;
    this.#parsedBytes += sizeOf(entry.stored);
    return entry.recorded = toRecorded(entry.stored);
  }

  /** Drops the older half at a time, so that trimming costs little per event. */
  #trim(): void {
    while (this.#entries.length > maxEvents || this.#bytes > maxBytes && this.#entries.length > 1) {
      this.#entries = this.#entries.slice(Math.ceil(this.#entries.length / 2));
      const kept = this.#entries.map(({ stored, recorded }) => ({
        bytes: sizeOf(stored),
        isParsed: recorded !== undefined,
      }));
      this.#bytes = kept.reduce((sum, { bytes }) => sum + bytes, 0);
      this.#parsedBytes = kept.reduce(
        (sum, { bytes, isParsed }) => isParsed ? sum + bytes : sum,
        0,
      );
    }
  }
}

function categoryOf(stored: StoredEvent): string | null {
  return isSystemEvent(stored) ? null : eventLog.categoryOf(stored.stream);
}
