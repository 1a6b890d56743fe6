import assert from "node:assert/strict";
import type { Answers, ItemAnswer } from "./evidence.ts";
import { doubled, type Entry, evidenceOf, exampleEntries } from "./testing/example_history.ts";
import { judgeStock } from "./judge_stock.ts";

const items = new Map<string, ItemAnswer>([
  ["TEA", { onHand: 8, reserved: 0, available: 8 }],
  ["MUG", { onHand: 5, reserved: 0, available: 5 }],
]);

Deno.test("stock that adds up is fine", () => {
  assert.deepEqual(judgeStock(evidenceOf(exampleEntries, { answers: answering(items) })), {
    name: "stock adds up and is never negative",
    holds: true,
    detail: "2 SKUs, 15 pieces received",
  });
});

Deno.test("more promised than there is is noticed, also when it was put right later", () => {
  const entries = exampleEntries.map((entry) =>
    entry.type === "StockReceived" ? { ...entry, data: { ...entry.data, quantity: 2 } } : entry
  );
  expectObjection(entries, /"MUG" had -1 available after StockReserved/);
});

Deno.test("stock given back that nobody had is noticed", () => {
  const entries = doubled(exampleEntries, { type: "StockReleased", orderId: "ben" });
  expectObjection(entries, /"MUG" had -3 reserved for "ben" after StockReleased/);
});

Deno.test("an answer that differs from the log is noticed", () => {
  const wrong = new Map(items).set("TEA", { onHand: 9, reserved: 0, available: 9 });
  expectObjection(exampleEntries, /"TEA" has 8 available.*shown: 9 on hand/, answering(wrong));
  expectObjection(exampleEntries, /"TEA" .*shown: undefined on hand/, answering(new Map()));
});

function answering(items: Answers["items"]): Answers {
  return { items, orders: [], notifications: [] };
}

function expectObjection(entries: readonly Entry[], objection: RegExp, answers?: Answers): void {
  const { holds, detail } = judgeStock(evidenceOf(entries, { answers }));
  assert.match(detail, objection);
  assert.equal(holds, false);
}
