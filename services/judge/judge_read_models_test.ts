import assert from "node:assert/strict";
import { z } from "zod";
import { column, defineEvents, view } from "@headwater/core";
import type { Row } from "./evidence.ts";
import { evidenceOf, exampleEntries } from "./testing/example_history.ts";
import { judgeReadModels } from "./judge_read_models.ts";

const stockEvents = defineEvents("stockItem", {
  StockReceived: z.object({ sku: z.string(), quantity: z.int() }),
});

/** Forgets goods once there are many of them, so that rows go as well. */
const receipts = view({
  name: "receipts",
  version: 1,
  table: "receipt",
  reads: [stockEvents],
  columns: {
    sku: column.text(),
    pieces: column.integer(),
    sizes: column.json<{ readonly small: number; readonly large?: number | undefined }>(),
  },
  primaryKey: "sku",
  key: ({ data }) => data.sku,
  evolve(row, { data: { sku, quantity } }) {
    const pieces = (row?.pieces ?? 0) + quantity;
    return pieces > 9 ? undefined : { sku, pieces, sizes: { small: pieces, large: undefined } };
  },
  sums: {
    table: "receipt_sum",
    columns: { isMany: column.boolean(), skus: column.integer(), pieces: column.integer() },
    key: ["isMany"],
    contributes: ({ pieces }) => [
      { isMany: pieces > 2, skus: 1, pieces },
      { isMany: false, skus: 0, pieces: 0 },
    ],
  },
});

const mug = { sku: "MUG", pieces: 5, sizes: { small: 5 } };
const many = { isMany: true, skus: 1, pieces: 5 };

Deno.test("a read model that equals the log is fine, whatever the order of fields", () => {
  const rows = [{ sizes: { small: 5 }, pieces: 5, sku: "MUG", absent: null }];
  assert.deepEqual(verdictOn(rows), {
    name: "every read model equals the log",
    holds: true,
    detail: "1 read model, 1 row",
  });
});

Deno.test("a row that differs is noticed, also within its JSON", () => {
  expectObjection([{ ...mug, pieces: 6 }], /receipts "MUG" has pieces 6, expected 5/);
  expectObjection([{ ...mug, pieces: "5" }], /receipts "MUG" has pieces "5", expected 5/);
  expectObjection(
    [{ ...mug, sizes: { small: 4 } }],
    /receipts "MUG" has sizes {"small":4}, expected {"small":5}/,
  );
});

Deno.test("a missing row is noticed", () => {
  expectObjection([], /receipts "MUG" is missing in the table/);
});

Deno.test("a row too many is noticed", () => {
  expectObjection([mug, { ...mug, sku: "TEA" }], /receipts "TEA" is in the table only/);
});

Deno.test("sums that are not what the rows come to are noticed", () => {
  expectObjection([mug], /sums of receipts "true" has pieces 6, expected 5/, [
    { ...many, pieces: 6 },
  ]);
  expectObjection([mug], /sums of receipts "true" is missing in the table/, []);
  expectObjection([mug], /sums of receipts "false" is in the table only/, [
    many,
    { isMany: false, skus: 0, pieces: 0 },
  ]);
});

Deno.test("sums are judged by what they come to exactly, however large they are on the way", () => {
  const most = Number.MAX_SAFE_INTEGER;
  const parts = [most, most, most, 1, -most, -most];
  const lavish = { ...receipts, sums: { ...receipts.sums, contributes } };
  const tables = [{
    view: lavish,
    rows: [mug],
    sums: [{ isMany: true, skus: 1, pieces: most + 1 }],
  }];
  assert.ok(judgeReadModels(evidenceOf(exampleEntries, { tables })).holds);

  function contributes() {
    return parts.map((pieces, place) => ({ isMany: true, skus: place === 0 ? 1 : 0, pieces }));
  }
});

Deno.test("an event that concerns several rows is judged in each", () => {
  const shelves = view({
    name: "shelves",
    version: 1,
    reads: [stockEvents],
    columns: { shelf: column.text(), pieces: column.integer() },
    primaryKey: "shelf",
    key: ({ data }) => [data.sku, "all"],
    evolve: (row, { data }, shelf) => ({ shelf, pieces: (row?.pieces ?? 0) + data.quantity }),
  });
  const rows = [
    { shelf: "TEA", pieces: 10 },
    { shelf: "MUG", pieces: 5 },
    { shelf: "all", pieces: 15 },
  ];
  const judged = judgeReadModels(evidenceOf(exampleEntries, { tables: [{ view: shelves, rows }] }));
  assert.equal(judged.detail, "1 read model, 3 rows");
});

function verdictOn(rows: readonly Row[], sums: readonly Row[] = [many]) {
  return judgeReadModels(evidenceOf(exampleEntries, { tables: [{ view: receipts, rows, sums }] }));
}

function expectObjection(rows: readonly Row[], objection: RegExp, sums?: readonly Row[]): void {
  const { holds, detail } = verdictOn(rows, sums);
  assert.match(detail, objection);
  assert.equal(holds, false);
}
