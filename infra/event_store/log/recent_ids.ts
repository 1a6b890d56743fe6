import { IdTable } from "./id_table.ts";
import type { KnownStream } from "./stream_directory.ts";

/** Two generations of so many: some 5 MB. */
const perGeneration = 50_000;

/**
 * Ids of events within appends, the newest ones, for whoever repeats only a later part of an append. The first event of
 * each append is known for ever, by an index; the others only for a while and until the restart, as on EventStoreDB.
 */
export class RecentIds {
  #newer: IdTable | undefined;
  #older: IdTable | undefined;

  add(
    id: Uint8Array,
    { stream, revision }: { readonly stream: KnownStream; readonly revision: number },
  ): void {
    if (this.#older?.get(id)?.streamId === stream.id) return;
    if (this.#newer?.isFull) {
      const emptied = this.#older;
      this.#older = this.#newer;
      this.#newer = emptied;
      emptied?.clear();
    }
    this.#newer ??= new IdTable(perGeneration);
    this.#newer.set(id, { streamId: stream.id, revision });
  }

  /** Where the stream has that id, the first time it was written. */
  revisionOf(stream: KnownStream, id: Uint8Array): number | undefined {
    const place = this.#newer?.get(id) ?? this.#older?.get(id);
    return place?.streamId === stream.id ? place.revision : undefined;
  }

  get bytes(): number {
    return (this.#newer?.bytes ?? 0) + (this.#older?.bytes ?? 0);
  }

  forget(): void {
    this.#newer = undefined;
    this.#older = undefined;
  }
}
