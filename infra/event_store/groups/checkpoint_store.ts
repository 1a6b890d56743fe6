import { contentText } from "../log/stored_event.ts";
import { metastreamOf } from "../log/stream_metadata.ts";
import type { EventStore } from "../projected/event_store.ts";
import { placeOf, placeText, stateStream } from "./group_settings.ts";
import type { GroupName } from "./group_error.ts";

const keptCheckpoints = 2;

/** Keeps how far a group is. */
export class CheckpointStore {
  readonly #store: EventStore;
  readonly #source: string;
  readonly #stream: string;
  /** Written last. */
  #written: number | undefined;
  /** To be written when the one before it is. */
  #waiting: number | undefined;
  #writing: Promise<void> | undefined;
  #isLimited = false;

  constructor(store: EventStore, name: GroupName) {
    this.#store = store;
    this.#source = name.stream;
    this.#stream = stateStream(name, "checkpoint");
  }

  get written(): number | undefined {
    return this.#written;
  }

  /** Resolves when nothing is being written. Rejects where the last one could not be, which `retry` tries again. */
  idle(): Promise<void> {
    return this.#writing ?? Promise.resolve();
  }

  async load(): Promise<number | undefined> {
    const range = { direction: "backwards", from: Infinity, limit: 1 } as const;
    const { events: [newest] } = await this.#store.readStream(this.#stream, range);
    this.#written = newest && placeOf(parsed(contentText(newest.data)));
    return this.#written;
  }

  /** Rejects when it could not be written; it waits for `write` or `retry` then. */
  write(place: number): Promise<void> {
    this.#waiting = place;
    return this.retry();
  }

  retry(): Promise<void> {
    if (this.#writing || this.#waiting === undefined) return this.idle();
    return this.#writing = this.#writeWaiting().finally(() => this.#writing = undefined);
  }

  async #writeWaiting(): Promise<void> {
    while (this.#waiting !== undefined) {
      const place = this.#waiting;
      const data = JSON.stringify(placeText(this.#source, place));
      await this.#store.appendInternal(this.#stream, [{ type: "$SubscriptionCheckpoint", data }]);
      this.#written = place;
      if (this.#waiting === place) this.#waiting = undefined;
      await this.#limit();
    }
  }

  /** After the first checkpoint, not before: on a deleted stream metadata of our own would bring back the old ones. */
  async #limit(): Promise<void> {
    if (this.#isLimited) return;
    const known = await this.#store.metadataOf(this.#stream);
    const metadata = { ...(typeof known === "object" ? known : {}), $maxCount: keptCheckpoints };
    if (JSON.stringify(known) !== JSON.stringify(metadata)) {
      const data = JSON.stringify(metadata);
      await this.#store.appendInternal(metastreamOf(this.#stream), [{ type: "$metadata", data }]);
    }
    this.#isLimited = true;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Anybody can write to the stream: what is no checkpoint does not count.
    return undefined;
  }
}
