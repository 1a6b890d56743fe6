import type { Appended } from "@headwater/core";

/** Where an event is, under its id. */
export type KnownEvent = {
  readonly id: string;
  readonly revision: number;
  readonly position: number;
};

/** The ids of a stream's events, as far as they were read: what tells a repeated append from a new one. */
export class StreamHistory {
  readonly #byRevision = new Map<number, KnownEvent>();
  readonly #revisions = new Map<string, number[]>();
  #last = -1;

  /** Revision of the last event; -1: there is none. */
  get last(): number {
    return this.#last;
  }

  /** How many events it holds. */
  get size(): number {
    return this.#byRevision.size;
  }

  add(event: KnownEvent): void {
    if (this.#byRevision.has(event.revision)) return;
    this.#byRevision.set(event.revision, event);
    const revisions = this.#revisions.get(event.id);
    if (revisions) revisions.push(event.revision);
    else this.#revisions.set(event.id, [event.revision]);
    this.#last = Math.max(this.#last, event.revision);
  }

  /** Looks for events with these ids, one after the other; `"partly"`: only their beginning is there. */
  find(ids: readonly string[]): Appended | "partly" | undefined {
    const starts = this.#revisions.get(ids[0]!) ?? [];
    for (const start of starts) {
      const there = ids.every((id, index) => this.#byRevision.get(start + index)?.id === id);
      if (!there) continue;
      const { revision, position } = this.#byRevision.get(start + ids.length - 1)!;
      return { revision, position, repeated: true };
    }
    return starts.length > 0 ? "partly" : undefined;
  }
}
