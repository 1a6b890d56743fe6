import type { StoredEvent } from "../stored_event.ts";

/** Hears of the events of one stream, right after their commit, in order. Must not throw. */
export type StreamWatcher = (event: StoredEvent) => void;
/** Hears of the events of each commit, in order. Must not throw. */
export type AllWatcher = (events: readonly StoredEvent[]) => void;

/** Tells those who care, and only them, of what was just written. */
export class LiveEvents {
  readonly #ofStreams = new Map<string, Set<StreamWatcher>>();
  readonly #ofAll = new Set<AllWatcher>();

  /** The result ends it. */
  watchStream(name: string, watcher: StreamWatcher): () => void {
    const watchers = this.#ofStreams.get(name) ?? new Set();
    this.#ofStreams.set(name, watchers.add(watcher));
    return () => {
      watchers.delete(watcher);
      if (watchers.size === 0 && this.#ofStreams.get(name) === watchers) {
        this.#ofStreams.delete(name);
      }
    };
  }

  /** The result ends it. */
  watchAll(watcher: AllWatcher): () => void {
    this.#ofAll.add(watcher);
    return () => this.#ofAll.delete(watcher);
  }

  publish(events: readonly StoredEvent[]): void {
    if (this.#ofStreams.size > 0) {
      for (const event of events) {
        for (const watcher of this.#ofStreams.get(event.stream) ?? []) watcher(event);
      }
    }
    for (const watcher of this.#ofAll) watcher(events);
  }
}
