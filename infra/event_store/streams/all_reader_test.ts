import assert from "node:assert/strict";
import { openSqliteStore, type SqliteStore } from "../log/sqlite_store.ts";
import { jsonMark } from "../log/stored_event.ts";
import { uuidToBytes } from "../log/event_id.ts";
import { type AllPage, type AllRange, AllReader } from "./all_reader.ts";
import { eventFilter } from "./event_filter.ts";

const usualCount = 5_000;
const filter = eventFilter("stream", { regex: "", prefixes: ["wanted-"] });

/** A log of which every n-th event is wanted. */
async function logOf(
  every: number,
  { count = usualCount, data = "{}" }: { readonly count?: number; readonly data?: string } = {},
): Promise<SqliteStore> {
  const store = openSqliteStore({ path: ":memory:", now: () => new Date(0) });
  const appends = Array.from({ length: count }, (_, index) => {
    const category = index % every === 0 ? "wanted" : "other";
    const event = { id: uuidToBytes(crypto.randomUUID()), type: "Happened", data };
    return store.append({
      stream: `${category}-${index}`,
      category,
      expected: "any",
      events: [{ ...event, metadata: "{}", json: jsonMark.claimed }],
    });
  });
  await Promise.all(appends);
  return store;
}

function pagesOf(reader: AllReader, range: AllRange): readonly AllPage[] {
  const pages = [reader.read(range)];
  for (let page = pages[0]!; !page.last; pages.push(page)) {
    page = reader.read({ ...range, from: page.next });
  }
  return pages;
}

for (const every of [1, 2, 3, 100, usualCount + 1]) {
  for (const direction of ["forwards", "backwards"] as const) {
    for (const limit of [10, 512]) {
      Deno.test(`pages of at most ${limit} events read ${direction} have all that a filter wants, one of ${every}`, async () => {
        await using store = await logOf(every);
        const reader = new AllReader(store.database);
        const from = direction === "forwards" ? 1 : store.head + 1;
        const pages = pagesOf(reader, { direction, from, limit, filter });
        const inOrder = (positions: number[]) =>
          direction === "forwards" ? positions : positions.reverse();
        const all = Array.from({ length: usualCount }, (_, index) => index + 1);
        assert.deepEqual(pages.flatMap(({ considered }) => considered), inOrder(all));
        const wanted = Array.from(
          { length: Math.ceil(usualCount / every) },
          (_, n) => n * every + 1,
        );
        assert.deepEqual(
          pages.flatMap(({ events }) => events.map(({ position }) => position)),
          inOrder(wanted),
        );
        assert.ok(pages.every(({ events }) => events.length <= limit));
      });
    }
  }
}

Deno.test("so much of a log is looked at in one go where nothing is wanted, and no more", async () => {
  await using store = await logOf(usualCount + 1);
  const reader = new AllReader(store.database);
  const [first] = pagesOf(reader, { direction: "forwards", from: 2, limit: 512, filter });
  assert.equal(first!.considered.length, 2_048);
});

Deno.test("a page of what a filter wants is not too large, and the next one goes on behind it", async () => {
  const large = { count: 20, data: JSON.stringify("x".repeat(200_000)) };
  await using store = await logOf(1, large);
  const reader = new AllReader(store.database);
  const pages = pagesOf(reader, { direction: "forwards", from: 1, limit: 512, filter });
  assert.deepEqual(pages.map(({ events }) => events.length), [8, 8, 4]);
  assert.deepEqual(pages.map(({ considered }) => considered.length), [8, 8, 4]);
});
