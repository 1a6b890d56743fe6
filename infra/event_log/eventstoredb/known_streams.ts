import { Turns } from "@headwater/core";
import { LRUCache } from "lru-cache";
import { type KnownEvent, StreamHistory } from "./stream_history.ts";

/** Event ids kept in all: some 20 MB. */
const maxEvents = 100_000;

export type KnownStreamsOptions = {
  /** A stream's events from the last one backwards, a page at a time; the first is small where few will be enough. */
  readonly readBackwards: (
    stream: string,
    options: { readonly few: boolean },
  ) => AsyncIterable<readonly KnownEvent[]>;
};

/**
 * What is known of the streams that were lately appended to without an exact expectation. Of a stream that is known
 * only what is new is read.
 */
export class KnownStreams {
  readonly #options: KnownStreamsOptions;
  readonly #histories: LRUCache<string, StreamHistory>;
  readonly #turns = new Turns();

  constructor(options: KnownStreamsOptions) {
    this.#options = options;
    this.#histories = new LRUCache({
      maxSize: maxEvents,
      sizeCalculation: (history) => history.size + 1,
    });
  }

  /** The stream's history as it is now. To be called within `inTurn`. */
  async refresh(stream: string): Promise<StreamHistory> {
    const known = this.#histories.get(stream);
    const fresh = known ? await this.#extended(stream, known) : undefined;
    const history = fresh ?? await this.#extended(stream, new StreamHistory()) ??
      new StreamHistory();
    this.#histories.delete(stream);
    this.#histories.set(stream, history);
    return history;
  }

  forget(stream: string): void {
    this.#histories.delete(stream);
  }

  /** Runs `task` when all that was given before for the stream is done: appends to it do not race each other. */
  inTurn<Result>(stream: string, task: () => Promise<Result>): Promise<Result> {
    return this.#turns.take(stream, task);
  }

  /** Undefined where the stream no longer goes on from what was known of it. */
  async #extended(stream: string, history: StreamHistory): Promise<StreamHistory | undefined> {
    const known = history.last;
    const added: KnownEvent[] = [];
    let isJoined = known === -1;
    for await (const page of this.#options.readBackwards(stream, { few: known !== -1 })) {
      const later = page.filter(({ revision }) => revision > known);
      added.push(...later);
      if (known === -1 || later.length === page.length) continue;
      isJoined = true;
      break;
    }
    if (!isJoined) return undefined;
    for (const event of added.reverse()) history.add(event);
    return history;
  }
}
