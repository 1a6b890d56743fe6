import assert from "node:assert/strict";
import fc from "fast-check";
import { type FeedBook, feedBook, type SeenRows, type ToldRow } from "./feed_book.ts";

const topics = ["a", "b", "c"];
/** Rows of a page: few, so that there are many pages. */
const limit = 3;

type Client = {
  readonly topic: string;
  readonly from: number;
  readonly told: number[];
};

/** A query under way: asked for, and then as it saw the table. */
type Query = { readonly after: number; page?: SeenRows<ToldRow> };

/** A table that a projection fills in order of position, feeds of it, and queries that take their time. */
function world({ mostKept = 4 } = {}) {
  const book: FeedBook<ToldRow> = feedBook({ mostKept });
  const rows: ToldRow[] = [];
  /** So many of them are in the table. */
  let committed = 0;
  const clients = new Map<number, Client>();
  const pages = new Map<number, Query>();
  let live: Query | undefined;
  let begun = 0;

  function seen(after: number, topic?: string): SeenRows<ToldRow> {
    const table = rows.slice(0, committed);
    const found = table.filter((row) =>
      row.position > after && (topic === undefined || row.topics.includes(topic))
    );
    return {
      after,
      rows: found.slice(0, limit),
      areMore: found.length >= limit,
      seen: table.at(-1)?.position ?? -1,
    };
  }
  function takeFor(feed: number, told: readonly ToldRow[]): void {
    const client = clients.get(feed);
    // Who has hung up is told nothing any more
    assert.ok(client || told.length === 0);
    client?.told.push(...told.map(({ position }) => position));
    if (client) isWhole(client);
  }
  function isWhole({ topic, from, told }: Client): void {
    const last = told.at(-1) ?? from;
    const due = rows.filter((row) =>
      row.position > from && row.position <= last && row.topics.includes(topic)
    ).map(({ position }) => position);
    assert.deepEqual(told, due, `of ${topic} after ${from}`);
  }
  function pick<Item>(items: Iterable<Item>, number: number): Item | undefined {
    const all = [...items];
    return all[number % all.length];
  }

  const acts: Readonly<Record<string, (number: number) => void>> = {
    write(number) {
      const position = (rows.at(-1)?.position ?? -1) + 1 + number % 3;
      const concerned = topics.filter((_, index) => number & (1 << index));
      rows.push({ position, topics: concerned, bytes: 1 });
    },
    commit(number) {
      committed = Math.min(rows.length, committed + 1 + number % 5);
    },
    /** PostgreSQL loses its last commits. */
    crash(number) {
      committed = Math.max(0, committed - number % 4);
    },
    begin(number) {
      const topic = topics[number % topics.length]!;
      clients.set(++begun, { topic, from: -1, told: [] });
      book.begin(begun, { topic, from: -1 });
    },
    /** Somebody hangs up, and comes again at once, or later. */
    resume(number) {
      const feed = pick(clients.keys(), number);
      if (feed === undefined) return;
      const { topic, from, told } = clients.get(feed)!;
      acts.end!(number);
      const last = told.at(-1) ?? from;
      clients.set(++begun, { topic, from: last, told: [] });
      book.begin(begun, { topic, from: last });
    },
    end(number) {
      const feed = pick(clients.keys(), number);
      if (feed === undefined) return;
      clients.delete(feed);
      book.end(feed);
    },
    askForPage(number) {
      const idle = [...clients.keys()].filter((feed) => !pages.has(feed));
      const feed = pick(idle, number);
      const after = feed === undefined ? undefined : book.pageAfter(feed);
      if (after !== undefined) pages.set(feed!, { after });
    },
    seePage(number) {
      const feed = pick(pages.keys(), number);
      const query = feed === undefined ? undefined : pages.get(feed);
      const client = feed === undefined ? undefined : clients.get(feed);
      if (query && client) query.page ??= seen(query.after, client.topic);
    },
    page(number) {
      const feed = pick(pages.keys(), number);
      const page = feed === undefined ? undefined : pages.get(feed)!.page;
      if (!page) return;
      pages.delete(feed!);
      takeFor(feed!, book.paged(feed!, page));
    },
    askForLive() {
      if (!live && book.readTo !== undefined) live = { after: book.readTo };
    },
    seeLive() {
      if (live) live.page ??= seen(live.after);
    },
    live() {
      if (!live?.page) return;
      const tellings = book.read(live.page);
      live = undefined;
      for (const { row, feeds } of tellings) {
        for (const feed of feeds) takeFor(feed, [row]);
      }
    },
  };
  return {
    acts,
    clients,
    book,
    /** Everything is committed, and every query answered, for long enough. */
    calmDown() {
      committed = rows.length;
      for (let turn = 0; turn < rows.length + 4; turn++) {
        for (let each = 0; each < clients.size + pages.size; each++) {
          for (const act of ["askForPage", "seePage", "page"]) acts[act]!(each);
        }
        for (const act of ["askForLive", "seeLive", "live"]) acts[act]!(0);
      }
    },
    assertComplete() {
      for (const [feed, client] of clients) {
        isWhole(client);
        const { topic, from, told } = client;
        const last = rows.findLast((row) => row.topics.includes(topic));
        assert.ok((told.at(-1) ?? from) >= (last?.position ?? -1), `feed ${feed} is behind`);
        assert.equal(book.pageAfter(feed), undefined, `feed ${feed} is live`);
      }
    },
  };
}

const happenings = fc.array(
  fc.tuple(fc.constantFrom(...Object.keys(world().acts)), fc.nat(60)),
  { maxLength: 150, size: "max" },
);

Deno.test("whenever commits, pages and live rows come, each feed is told each of its rows once and in order", () => {
  fc.assert(
    fc.property(happenings, fc.nat(5), (history, mostKept) => {
      const { acts, calmDown, assertComplete } = world({ mostKept });
      for (const [act, number] of history) acts[act]!(number);
      calmDown();
      assertComplete();
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("rows that were told while a page was read are told after it, from those that were kept", () => {
  const { acts, clients, book } = world();
  acts.begin!(0);
  for (const act of ["askForPage", "seePage", "page"]) acts[act]!(0);
  acts.begin!(0);
  acts.askForPage!(1);
  acts.seePage!(0);
  acts.write!(1);
  acts.commit!(0);
  for (const act of ["askForLive", "seeLive", "live"]) acts[act]!(0);
  acts.page!(0);
  assert.deepEqual([...clients.values()].map(({ told }) => told), [[1], [1]]);
  assert.equal(book.pageAfter(2), undefined);
});

Deno.test("what was asked for on behalf of feeds that have ended since is told to nobody", () => {
  const { acts, clients, book, calmDown, assertComplete } = world();
  acts.begin!(0);
  for (const act of ["askForPage", "seePage", "page"]) acts[act]!(0);
  for (const act of ["write", "commit", "askForLive", "seeLive", "live"]) acts[act]!(1);
  acts.askForLive!(0);
  acts.crash!(1);
  acts.end!(0);
  acts.begin!(0);
  for (const act of ["askForPage", "seePage", "page"]) acts[act]!(0);
  acts.write!(1);
  acts.commit!(1);
  acts.seeLive!(0);
  acts.live!(0);
  assert.equal(book.readTo, -1);
  calmDown();
  assertComplete();
  assert.equal(clients.get(2)?.told.length, 2);
});

Deno.test("when the last feed ends nothing is kept", () => {
  const { acts, book } = world();
  acts.begin!(0);
  for (const act of ["askForPage", "seePage", "page"]) acts[act]!(0);
  assert.equal(book.readTo, -1);
  acts.end!(0);
  assert.deepEqual([book.size, book.readTo], [0, undefined]);
});

Deno.test("who claims to be beyond all rows holds nobody else up, and is told nothing before that", () => {
  const { acts, book, clients } = world();
  acts.write!(1);
  acts.commit!(0);
  book.begin(1_000, { topic: "a", from: 1_000_000 });
  assert.deepEqual(book.paged(1_000, { after: 1_000_000, rows: [], seen: 1, areMore: false }), []);
  acts.begin!(0);
  for (const act of ["askForPage", "seePage", "page"]) acts[act]!(0);
  // Told as it comes, and not by pages of its own
  assert.equal(book.pageAfter(1), undefined);
  const after = book.readTo!;
  const row = { position: 3, topics: ["a"], bytes: 1 };
  const told = book.read({ after, rows: [row], seen: 3, areMore: false });
  assert.deepEqual(told.map(({ feeds }) => feeds), [[1]]);
  assert.deepEqual([...clients.values()].map(({ told }) => told), [[1]]);
});
