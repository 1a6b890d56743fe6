import { column, defineEvents, view } from "@headwater/core";
import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { z } from "zod";
import { append, caughtUp, projectionTests, rebuilt, type TestBed } from "./test_bed.ts";

const bookEvents = defineEvents("book", {
  Shelved: z.strictObject({ title: z.string(), blurb: z.string().nullable() }),
});

const bookView = view({
  name: "books",
  version: 1,
  table: "book",
  reads: [bookEvents],
  columns: { bookId: column.text(), title: column.text(), blurb: column.text().nullable() },
  primaryKey: "bookId",
  indexes: [["title"]],
  search: { columns: ["title", "blurb"], language: "english" },
  key: ({ stream }) => stream,
  evolve: (_row, { stream, data }) => ({ bookId: stream, ...data }),
});

/** What is found is what is there, by the index. */
async function assertFinds(sql: Sql, words: string, books: readonly string[]): Promise<void> {
  const query = sql`
    select ${bookView.select(sql)} from ${bookView.from(sql)}
    where ${bookView.search!.document(sql)} @@ websearch_to_tsquery('english', ${words})
    order by book.book_id`;
  assert.deepEqual((await query).map(({ bookId }) => bookId), books);
}

async function assertIsIndexed(sql: Sql): Promise<void> {
  const document = bookView.search!.document({ unsafe: (text) => text });
  const [, plan] = await sql.unsafe(`
    set local enable_seqscan = off;
    explain (format json) select from "book" where ${document} @@ 'sea'`);
  assert.match(JSON.stringify(plan), /Bitmap Index Scan/);
}

async function shelve({ log }: TestBed, title: string, blurb: string | null): Promise<void> {
  await append(log, `book-${title}`, { type: "Shelved", data: { title, blurb } });
}

projectionTests("a read model that is searched", async (step) => {
  for (const isFilled of [false, true]) {
    const how = isFilled ? "filled in bulk" : "filled event by event";
    await step(`finds rows by their words, ${how}, and rebuilt beside`, async (bed) => {
      await shelve(bed, "Whales", "They are hunted at sea.");
      await shelve(bed, "Seas and oceans", null);
      // More than PostgreSQL takes for the words of one row
      const words = Array.from({ length: 200_000 }, (_, n) => `w${n}`).join(" ");
      await shelve(bed, "Words", words);
      const bulk = { from: isFilled ? 1 : Infinity, threads: false };
      await using projections = await bed.start([bookView], { bulk });
      await caughtUp(projections, { view: bookView, log: bed.log });
      await assertFinds(bed.sql, "hunting", ["book-Whales"]);
      await assertFinds(bed.sql, "sea", ["book-Seas and oceans", "book-Whales"]);
      await assertFinds(bed.sql, "w1", ["book-Words"]);
      await assertIsIndexed(projections.sql);

      await rebuilt(bed.sql, bookView);
      await shelve(bed, "Whales", "They sing.");
      await caughtUp(projections, { view: bookView, log: bed.log });
      await assertFinds(bed.sql, "sea", ["book-Seas and oceans"]);
      await assertIsIndexed(projections.sql);
    });
  }
});
