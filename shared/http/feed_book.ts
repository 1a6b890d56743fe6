/** What every row has that is told. */
export type ToldRow = {
  /** Each row has one of its own, and none comes later with a smaller one. */
  readonly position: number;
  /** Whom it concerns: feeds of these topics tell it. */
  readonly topics: readonly string[];
  /** What keeping it costs. */
  readonly bytes: number;
};

/** Rows after some position, in order of position, as one query saw the table. */
export type SeenRows<Row> = {
  /** All rows are there from here on. */
  readonly after: number;
  readonly rows: readonly Row[];
  /** The greatest position that the table had then, of whatever topic; -1: it had no row. */
  readonly seen: number;
  /** There may be more rows after these. */
  readonly areMore: boolean;
};

/** What a row is told to. */
export type Telling<Row> = { readonly row: Row; readonly feeds: readonly number[] };

/**
 * Which feed has been told what: each row after the position from which it begins once, in order of position, whenever
 * pages and live rows come. It does nothing but keep the book.
 */
export type FeedBook<Row extends ToldRow> = {
  /** How many feeds there are. */
  readonly size: number;
  /** Live rows were read up to here; undefined: no feed is so far yet. */
  readonly readTo: number | undefined;
  /** A feed begins, and has to be given pages of its topic's rows after `from`. */
  begin(feed: number, options: { readonly topic: string; readonly from: number }): void;
  /** The position after which the next page of a feed begins; undefined: it is told live rows, or there is no such feed. */
  pageAfter(feed: number): number | undefined;
  /** A page of a feed's rows was read: what it is told now. */
  paged(feed: number, page: SeenRows<Row>): readonly Row[];
  /** Rows of all topics after `readTo` were read: who is told which. */
  read(page: SeenRows<Row>): readonly Telling<Row>[];
  end(feed: number): void;
};

/** @internal */
type Feed = { readonly topic: string; toldTo: number; isLive: boolean };

/**
 * `mostKept`: so many bytes of rows that were told live are kept, for feeds whose last page was read before them.
 *
 * A feed is live once a page has shown it all that there was, unless live rows were told meanwhile that the page's query
 * did not see: those are among the ones that are kept, or another page is read. So also where PostgreSQL has crashed and
 * lost its last commits, which are done again.
 */
export function feedBook<Row extends ToldRow>(
  { mostKept }: { readonly mostKept: number },
): FeedBook<Row> {
  const feeds = new Map<number, Feed>();
  const byTopic = new Map<string, Set<number>>();
  let readTo: number | undefined;
  /** All rows after `keptFrom`, up to `readTo`. */
  let kept: Row[] = [];
  let keptFrom = -1;
  let keptBytes = 0;

  function tell(row: Row): Telling<Row> {
    const told = [...new Set(row.topics)].flatMap((topic) => [...byTopic.get(topic) ?? []])
      .filter((number) => {
        const feed = feeds.get(number)!;
        if (!feed.isLive || feed.toldTo >= row.position) return false;
        feed.toldTo = row.position;
        return true;
      });
    return { row, feeds: told };
  }

  function keep(rows: readonly Row[]): void {
    kept.push(...rows);
    for (const { bytes } of rows) keptBytes += bytes;
    let excess = 0;
    for (; keptBytes > mostKept; excess++) keptBytes -= kept[excess]!.bytes;
    if (excess === 0) return;
    keptFrom = kept[excess - 1]!.position;
    kept = kept.slice(excess);
  }

  return {
    get size() {
      return feeds.size;
    },
    get readTo() {
      return readTo;
    },
    begin(number, { topic, from }) {
      feeds.set(number, { topic, toldTo: from, isLive: false });
      const others = byTopic.get(topic) ?? new Set();
      byTopic.set(topic, others.add(number));
    },
    pageAfter(number) {
      const feed = feeds.get(number);
      return feed?.isLive === false ? feed.toldTo : undefined;
    },
    paged(number, { rows, seen, areMore }) {
      const feed = feeds.get(number);
      if (!feed || feed.isLive) return [];
      feed.toldTo = rows.at(-1)?.position ?? feed.toldTo;
      if (areMore) return rows;
      feed.toldTo = Math.max(feed.toldTo, seen);
      // Not further than the table goes, whatever this feed claims to have been told: others are told from there on
      if (readTo === undefined) readTo = keptFrom = seen;
      if (feed.toldTo < keptFrom) return rows;
      const missed = kept.filter(({ position, topics }) =>
        position > feed.toldTo && topics.includes(feed.topic)
      );
      feed.isLive = true;
      return [...rows, ...missed];
    },
    read({ after, rows, seen, areMore }) {
      // Asked for before all feeds ended, it may say nothing of what came before it
      if (readTo === undefined || after > readTo) return [];
      const from = readTo;
      const fresh = rows.filter(({ position }) => position > from);
      readTo = Math.max(from, fresh.at(-1)?.position ?? from, areMore ? from : seen);
      keep(fresh);
      return fresh.map(tell);
    },
    end(number) {
      const feed = feeds.get(number);
      if (!feed) return;
      feeds.delete(number);
      const others = byTopic.get(feed.topic)!;
      others.delete(number);
      if (others.size === 0) byTopic.delete(feed.topic);
      if (feeds.size > 0) return;
      // Nobody reads any more from now on
      readTo = undefined;
      kept = [];
      keptBytes = 0;
    },
  };
}
