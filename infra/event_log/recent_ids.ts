import type { KnownStream } from "./stream_directory.ts";

/** Two generations of so many: some 30 MB. */
const perGeneration = 50_000;

type Place = { readonly streamId: number; readonly revision: number };

/**
 * Ids of events within appends, the newest ones, for whoever repeats only a later part of an append. The first event of
 * each append is known for ever, by an index; the others only for a while and until the restart, as on EventStoreDB.
 */
export class RecentIds {
  #newer = new Map<string, Place>();
  #older = new Map<string, Place>();

  add(
    id: string,
    { stream, revision }: { readonly stream: KnownStream; readonly revision: number },
  ): void {
    if (this.#newer.size >= perGeneration) {
      this.#older = this.#newer;
      this.#newer = new Map();
    }
    this.#newer.set(id, { streamId: stream.id, revision });
  }

  /** Where the stream has that id, the last time it was written. */
  revisionOf(stream: KnownStream, id: string): number | undefined {
    const place = this.#newer.get(id) ?? this.#older.get(id);
    return place?.streamId === stream.id ? place.revision : undefined;
  }

  forget(): void {
    this.#newer.clear();
    this.#older.clear();
  }
}
