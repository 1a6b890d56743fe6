import { contentText, revisionText, type StoredEvent } from "../log/stored_event.ts";
import { metastreamOf } from "../log/stream_metadata.ts";
import type { EventStore } from "../projected/event_store.ts";
import { stateStream } from "./group_settings.ts";
import type { Message } from "./message.ts";
import type { GroupName } from "./group_error.ts";

/** Keeps the messages of a group that could not be dealt with, as links in a stream of its own. */
export class ParkedMessages {
  readonly #store: EventStore;
  readonly #stream: string;
  /** The first one that was not replayed since the group is running. */
  #next = 0;

  constructor(store: EventStore, name: GroupName) {
    this.#store = store;
    this.#stream = stateStream(name, "parked");
  }

  /** Where the next replay begins. */
  async begin(): Promise<number> {
    return Math.max(this.#next, await this.#truncatedBefore());
  }

  /** The number that the next one gets. */
  async end(): Promise<number> {
    const range = { direction: "backwards", from: Infinity, limit: 1 } as const;
    const { state, lastRevision } = await this.#store.readStream(this.#stream, range);
    return state === "found" ? lastRevision + 1 : 0;
  }

  async count(): Promise<number> {
    return Math.max(0, await this.end() - await this.begin());
  }

  async park({ resolved: { event, link }, place }: Message, reason: string): Promise<void> {
    const original = (link ?? event)!;
    const metadata = JSON.stringify({
      added: this.#store.now().toISOString(),
      reason,
      subscriptionEventNumber: place ?? original.revision,
    });
    // Of a link that leads nowhere, where it would lead
    const data = event
      ? `${revisionText(event.revision)}@${event.stream}`
      : contentText(link!.data);
    await this.#store.appendInternal(this.#stream, [{ type: "$>", data, metadata, isJson: false }]);
  }

  async page(
    { from, limit }: { readonly from: number; readonly limit: number },
  ): Promise<{ readonly events: readonly StoredEvent[]; readonly next: number }> {
    const page = await this.#store.readStream(this.#stream, { direction: "forwards", from, limit });
    this.#next = Math.max(this.#next, page.next);
    return page;
  }

  /** Those before it were replayed and are done with. */
  async truncate(before: number): Promise<void> {
    if (before <= await this.#truncatedBefore()) return;
    const known = await this.#store.metadataOf(this.#stream);
    const data = JSON.stringify({ ...(typeof known === "object" ? known : {}), $tb: before });
    await this.#store.appendInternal(metastreamOf(this.#stream), [{ type: "$metadata", data }]);
  }

  async #truncatedBefore(): Promise<number> {
    const metadata = await this.#store.metadataOf(this.#stream);
    const before = (metadata as { $tb?: unknown } | null | undefined)?.$tb;
    return typeof before === "number" ? before : 0;
  }
}
