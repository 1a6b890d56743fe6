import type { EventStore } from "../projected/event_store.ts";
import type { Delivery } from "./delivery.ts";
import type { Message } from "./message.ts";
import type { ParkedMessages } from "./parked_messages.ts";
import { uuidText } from "../log/event_id.ts";

type ReplayOptions = {
  readonly store: EventStore;
  readonly delivery: Delivery;
  readonly parked: ParkedMessages;
  /** So many at a time. */
  readonly batchSize: number;
};

/**
 * Brings parked messages back. They are cut off their stream only when they are done with, so that none is lost if the
 * server dies in between.
 */
export class Replay {
  readonly #options: ReplayOptions;
  /** Replayed and not done with: by their numbers, in order. */
  readonly #unfinished = new Set<number>();
  #next = 0;
  #stopAt = 0;
  #truncatedBefore = 0;
  #isBusy = false;

  constructor(options: ReplayOptions) {
    this.#options = options;
  }

  get isActive(): boolean {
    return this.#next < this.#stopAt;
  }

  /** Up to what is parked now, or to the number `stopAt` without it. Once more while it is active changes nothing. */
  async start(stopAt: number): Promise<void> {
    if (this.isActive) return;
    const { parked } = this.#options;
    const [begin, end] = [await parked.begin(), await parked.end()];
    if (this.isActive) return;
    this.#next = begin;
    this.#stopAt = Math.min(stopAt, end);
  }

  /** Brings back as many as there is room for; true: there were any. */
  async advance(): Promise<boolean> {
    if (this.#isBusy || !this.isActive) return false;
    this.#isBusy = true;
    const { store, delivery, parked, batchSize } = this.#options;
    let found = 0;
    try {
      while (this.isActive && delivery.room > 0) {
        const limit = Math.min(this.#stopAt - this.#next, batchSize, delivery.room);
        const { events, next } = await parked.page({ from: this.#next, limit });
        for (const link of events) {
          const resolved = store.resolve(link);
          this.#unfinished.add(link.revision);
          delivery.replay({ id: uuidText(link.id), resolved, place: undefined });
        }
        found += events.length;
        this.#next = events.length === 0 ? this.#stopAt : next;
      }
    } finally {
      this.#isBusy = false;
    }
    return found > 0;
  }

  done({ resolved: { event, link } }: Message): void {
    this.#unfinished.delete((link ?? event)!.revision);
  }

  /** Cuts off what is done with. */
  async truncate(): Promise<void> {
    const [lowest = this.#next] = this.#unfinished;
    if (lowest <= this.#truncatedBefore) return;
    await this.#options.parked.truncate(lowest);
    this.#truncatedBefore = lowest;
  }
}
