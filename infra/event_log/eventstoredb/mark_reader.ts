import type { WrittenPlace } from "./batch_append_answer.ts";
import type { PageReader } from "./page_reader.ts";
import { allPageRequest } from "./read_request.ts";
import { markOf } from "./recorded_event.ts";

export type MarkQuestion = {
  readonly stream: string;
  /** Of the last event of an append. */
  readonly place: WrittenPlace;
  /** How many events the append has. */
  readonly events: number;
};

type Waiting = MarkQuestion & PromiseWithResolvers<unknown>;

/** Reads under way at a time; what is asked meanwhile goes into the next one. */
const maxReads = 2;
/** Beyond this many events between those that are asked for, each is better read alone. */
const maxEventsBetween = 8;
const maxPage = 512;

/** Reads the marks of appends: those that were answered together lie close together, and share a read. */
export class MarkReader {
  readonly #pages: Pick<PageReader, "read">;
  #waiting: Waiting[] = [];
  #reads = 0;

  constructor(pages: Pick<PageReader, "read">) {
    this.#pages = pages;
  }

  /** The mark of the append that wrote the event at a place; undefined where it has none. */
  markAt(question: MarkQuestion): Promise<unknown> {
    const waiting = { ...Promise.withResolvers<unknown>(), ...question };
    this.#waiting.push(waiting);
    this.#readMore();
    return waiting.promise;
  }

  #readMore(): void {
    if (this.#reads === maxReads || this.#waiting.length === 0) return;
    const asked = this.#waiting;
    this.#waiting = [];
    this.#reads++;
    this.#answer(asked).finally(() => {
      this.#reads--;
      this.#readMore();
    });
  }

  async #answer(asked: readonly Waiting[]): Promise<void> {
    let open = asked.toSorted((left, right) => left.place.position - right.place.position);
    try {
      while (open.length > 0) open = await this.#answerSome(open);
    } catch (error) {
      for (const { reject } of open) reject(error);
    }
  }

  /** Gives those that are still to be answered. */
  async #answerSome(open: readonly Waiting[]): Promise<Waiting[]> {
    const [first, ...others] = open as [Waiting, ...Waiting[]];
    const between = others.reduce((sum, { events }) => sum + events, 0);
    const count = between > maxEventsBetween * others.length ? 1 : Math.min(1 + between, maxPage);
    const { events } = await this.#pages.read(allPageRequest(first.place.position, count), {
      action: `Cannot see whether stream "${first.stream}" was appended to`,
    });
    const end = events.at(-1)?.position ?? -1;
    const byPosition = new Map(events.map((event) => [event.position, event]));
    return open.filter((waiting) => {
      const { stream, place } = waiting;
      // The first one is answered in any case: if it is not there now, it will not be.
      if (waiting !== first && place.position > end) return true;
      const event = byPosition.get(place.position);
      const isIt = event?.stream === stream && event.revision === place.revision;
      waiting.resolve(isIt ? markOf(event) : undefined);
      return false;
    });
  }
}
