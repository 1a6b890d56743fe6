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
});

const mug = { sku: "MUG", pieces: 5, sizes: { small: 5 } };

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

function verdictOn(rows: readonly Row[]) {
  return judgeReadModels(evidenceOf(exampleEntries, { tables: [{ view: receipts, rows }] }));
}

function expectObjection(rows: readonly Row[], objection: RegExp): void {
  const { holds, detail } = verdictOn(rows);
  assert.match(detail, objection);
  assert.equal(holds, false);
}
