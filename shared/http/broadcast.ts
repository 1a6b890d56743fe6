import { type Log, type ReadModels, time, Unavailable, type View } from "@headwater/core";
import { beatFrame, openingFrame } from "./event_frame.ts";
import { feedBook, type SeenRows, type ToldRow } from "./feed_book.ts";
import { joinedBytes } from "@headwater/resilience";
import { type FeedOutbox, feedOutbox } from "./feed_outbox.ts";

/** How often a feed shows that it lives: proxies end what is silent for a minute, some for half of one. */
const beatMs = 15_000;
/** Bytes of rows for those whose page was read before them: what a busy service writes in seconds. */
const mostKept = 1024 * 1024;
/** Each holds a connection and some 50 kB, here and in the gateway. */
const mostFeeds = 4_000;
const fullForSeconds = 5;
/** So many beats in a row with a read model that is behind what was told: it is another one. */
const mostBeatsBehind = 2;

/** A row as it is sent. */
export type FramedRow = ToldRow & { readonly frame: Uint8Array<ArrayBuffer> };

export type BroadcastOptions = {
  readonly view: View;
  readonly readModels: Pick<ReadModels, "wait" | "follow">;
  /** Rows after a position, of a topic or of all, as one query sees the table. */
  read(page: {
    readonly topic: string | undefined;
    readonly after: number;
  }): Promise<SeenRows<FramedRow>>;
  readonly logger: Log;
  /** Uniform in [0, 1). */
  random(): number;
  readonly clock?: time.Clock;
  readonly most?: number;
};

/** All feeds of a read model in one process. */
export type Broadcast = {
  /** How many are open. */
  size(): number;
  /**
   * What a client is sent: rows of a topic after `from`, those that are there and those that come.
   * Errors: `Unavailable` with `feeds-full`, those of `read`.
   */
  open(feed: {
    readonly topic: string;
    readonly from: number;
    /** Aborts when nobody waits for it any more. */
    readonly signal: AbortSignal;
  }): Promise<FeedOutbox["body"]>;
};

/**
 * Reads what comes into a read model once, for all feeds of the process; while there is none it reads nothing. What a feed
 * has missed it is given page by page, as fast as its client takes them. While PostgreSQL is away feeds stay open, and go
 * on after it.
 */
export function broadcast(
  { view, readModels, read, logger, random, clock = time.realClock, most = mostFeeds }:
    BroadcastOptions,
): Broadcast {
  const book = feedBook<FramedRow>({ mostKept });
  const outboxes = new Map<number, FeedOutbox>();
  let opened = 0;
  let idle = new AbortController();
  let stop: (() => void) | undefined;
  let isReading = false;
  let isMore = false;
  let beatsBehind = 0;

  /** Whoever opens the first feed does not have all of them end with its request. */
  function begin(): void {
    time.withoutDeadline(() => {
      const leave = readModels.follow(view, goOn);
      let cancelBeat = clock.after(beatMs, function beat() {
        cancelBeat = clock.after(beatMs, beat);
        for (const outbox of [...outboxes.values()]) outbox.beat(beatFrame);
        if (book.size > 0) check();
      });
      stop = () => {
        leave();
        cancelBeat();
        idle.abort();
        idle = new AbortController();
      };
    });
  }

  function ended(feed: number): void {
    book.end(feed);
    outboxes.delete(feed);
    if (book.size > 0) return;
    stop?.();
    stop = undefined;
    beatsBehind = 0;
  }

  /** Something may have come. */
  function goOn(): void {
    isMore = true;
    if (!isReading) time.withoutDeadline(readOn);
  }

  async function readOn(): Promise<void> {
    isReading = true;
    for (let failures = 0; isMore && book.readTo !== undefined;) {
      isMore = false;
      try {
        const page = await read({ topic: undefined, after: book.readTo });
        failures = 0;
        isMore ||= page.areMore;
        for (const { row, feeds } of book.read(page)) {
          for (const feed of feeds) outboxes.get(feed)?.send(row.frame);
        }
      } catch (error) {
        isMore = true;
        await rest(error, ++failures);
      }
    }
    isReading = false;
  }

  async function rest(error: unknown, failures: number): Promise<void> {
    if (failures === 1) logger.warn("Feeds stand still", { view: view.name, error });
    await pause(failures);
  }

  async function pause(attempt: number): Promise<void> {
    await time.pause(time.backOffMs(attempt, { random }), { clock, signal: idle.signal });
  }

  /** Gives a feed its next page. */
  async function page(feed: number, { topic, after }: { topic: string; after: number }) {
    const found = await read({ topic, after });
    const isFirst = book.readTo === undefined;
    const rows = book.paged(feed, found);
    if (rows.length > 0) outboxes.get(feed)?.send(joinedBytes(rows.map(({ frame }) => frame)));
    // What came before the first one was so far was told to nobody
    if (isFirst && book.readTo !== undefined) goOn();
    return rows.length > 0;
  }

  /** The client reads on. */
  async function refill(feed: number, topic: string): Promise<void> {
    for (let failures = 0, turn = 0;; turn++) {
      const after = book.pageAfter(feed);
      if (after === undefined) return;
      try {
        if (turn > 0) await pause(turn);
        if (await page(feed, { topic, after })) return;
      } catch (error) {
        await rest(error, ++failures);
      }
    }
  }

  /** Positions of another log say nothing: who comes again is told so. */
  async function check(): Promise<void> {
    const { readTo } = book;
    try {
      const { position = -1 } = await readModels.wait(view, { position: undefined, waitMs: 0 });
      beatsBehind = position < (readTo ?? -1) ? beatsBehind + 1 : 0;
      if (beatsBehind >= mostBeatsBehind) endAll();
      else goOn();
    } catch (error) {
      if (error instanceof Unavailable && error.code === "read-model-outdated") endAll();
      else logger.debug("It is not known how far a read model is", { view: view.name, error });
    }
  }

  function endAll(): void {
    for (const outbox of [...outboxes.values()]) outbox.end();
  }

  return {
    size: () => book.size,
    async open({ topic, from, signal }) {
      if (book.size >= most) {
        throw new Unavailable(
          `Cannot tell more of "${view.name}" as it comes: ${most} are told already`,
          { code: "feeds-full", retryAfter: fullForSeconds },
        );
      }
      const feed = ++opened;
      const outbox = feedOutbox({ refill: () => refill(feed, topic), ended: () => ended(feed) });
      book.begin(feed, { topic, from });
      outboxes.set(feed, outbox);
      if (!stop) begin();
      signal.addEventListener("abort", outbox.end, { once: true });
      outbox.send(openingFrame);
      try {
        await page(feed, { topic, after: from });
        signal.throwIfAborted();
      } catch (error) {
        outbox.end();
        throw error;
      }
      return outbox.body;
    },
  };
}
