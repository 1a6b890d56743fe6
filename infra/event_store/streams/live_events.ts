import type { StoredEvent } from "../log/stored_event.ts";
import { CommitView } from "./commit_view.ts";

/** Hears of the events of one stream, right after their commit, in order. Must not throw. */
export type StreamWatcher = (event: StoredEvent) => void;
/** Hears of the events of each commit, in order, and of what others have found out about it. Must not throw. */
export type AllWatcher = (events: readonly StoredEvent[], commit: CommitView) => void;

/** Tells those who care, and only them, of what was just written. */
export class LiveEvents {
  readonly #ofStreams = new Map<string, Set<StreamWatcher>>();
  readonly #ofAll = new Set<AllWatcher>();
  #systemStreams = 0;

  /** True when somebody watches a stream whose name begins with `$`: one of those that may be projected. */
  get watchesSystemStreams(): boolean {
    return this.#systemStreams > 0;
  }

  /** Names of all streams that somebody watches. */
  get watchedStreams(): Iterable<string> {
    return this.#ofStreams.keys();
  }

  isWatched(name: string): boolean {
    return this.#ofStreams.has(name);
  }

  /** The result ends it. */
  watchStream(name: string, watcher: StreamWatcher): () => void {
    const watchers = this.#ofStreams.get(name) ?? new Set();
    this.#ofStreams.set(name, watchers.add(watcher));
    const counted = name.startsWith("$") ? 1 : 0;
    this.#systemStreams += counted;
    return () => {
      if (!watchers.delete(watcher)) return;
      this.#systemStreams -= counted;
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
    if (events.length === 0) return;
    if (this.#ofStreams.size > 0) this.publishToStreams(events);
    if (this.#ofAll.size === 0) return;
    const commit = new CommitView(events);
    for (const watcher of this.#ofAll) watcher(events, commit);
  }

  /** For links that are in no log. */
  publishToStreams(events: readonly StoredEvent[]): void {
    for (const event of events) {
      for (const watcher of this.#ofStreams.get(event.stream) ?? []) watcher(event);
    }
  }
}
