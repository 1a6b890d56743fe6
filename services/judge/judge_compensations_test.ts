import assert from "node:assert/strict";
import {
  doubled,
  type Entry,
  evidenceOf,
  exampleEntries,
  without,
} from "./testing/example_history.ts";
import { judgeCompensations } from "./judge_compensations.ts";

Deno.test("compensations in reverse order are fine", () => {
  assert.deepEqual(judgeCompensations(evidenceOf(exampleEntries)), {
    name: "compensations ran in reverse order, once",
    holds: true,
    detail: "4 compensations of 1 cancelled order",
  });
});

Deno.test("compensations in the wrong order are noticed", () => {
  const refund = exampleEntries.findIndex(({ type }) => type === "PaymentRefunded");
  const withdrawal = exampleEntries.findIndex(({ type }) => type === "OrderConfirmationWithdrawn");
  expectObjection(
    swapped(exampleEntries, [withdrawal, refund]),
    /order "ben" ran PaymentRefunded, OrderConfirmationWithdrawn, StockReleased MUG, StockReleased TEA, expected OrderConfirmationWithdrawn, PaymentRefunded/,
  );
});

Deno.test("goods given back in the order in which they were taken are noticed", () => {
  const [mug = 0, tea = 0] = exampleEntries.flatMap(({ type }, index) =>
    type === "StockReleased" ? [index] : []
  );
  expectObjection(swapped(exampleEntries, [mug, tea]), /StockReleased TEA, StockReleased MUG, exp/);
});

Deno.test("a compensation left out is noticed", () => {
  const entries = without(exampleEntries, {
    type: "OrderConfirmationWithdrawn",
    orderId: "ben",
  });
  expectObjection(entries, /order "ben" ran PaymentRefunded, .* expected OrderConfirmationWithdr/);
});

Deno.test("a compensation that ran twice is noticed", () => {
  const entries = doubled(exampleEntries, { type: "PaymentRefunded", orderId: "ben" });
  expectObjection(entries, /PaymentRefunded, PaymentRefunded/);
});

Deno.test("a compensation of an order that stands is noticed", () => {
  const released: Entry = {
    stream: "stockItem-TEA",
    type: "StockReleased",
    data: { orderId: "ada", sku: "TEA", quantity: 2 },
  };
  expectObjection(
    [...exampleEntries, released],
    /order "ada" ran StockReleased TEA, expected nothing/,
  );
});

Deno.test("what a saga undid to be sure, and was never done, counts for nothing", () => {
  const undone: Entry = {
    stream: "fulfilment-ben",
    type: "StepDone",
    data: { orderId: "ben", step: "cancel-shipment", compensates: "arrange-shipment" },
  };
  assert.equal(judgeCompensations(evidenceOf([...exampleEntries, undone])).holds, true);
});

Deno.test("a compensation after the end is noticed", () => {
  const index = exampleEntries.findLastIndex(({ type }) => type === "StockReleased");
  const entries = exampleEntries.toSpliced(index, 1).concat(exampleEntries[index]!);
  expectObjection(entries, /order "ben" ran StockReleased TEA after it was cancelled/);
});

Deno.test("a saga that tells it differently is noticed", () => {
  const index = exampleEntries.findLastIndex(({ data }) => data.compensates !== undefined);
  expectObjection(
    exampleEntries.toSpliced(index, 0, exampleEntries[index]!),
    /order "ben" completed reserve-stock:TEA, .* and undid .*reserve-stock:TEA, reserve-stock:TEA/,
  );
});

function swapped(entries: readonly Entry[], [a, b]: readonly [number, number]): Entry[] {
  return entries.with(a, entries[b]!).with(b, entries[a]!);
}

function expectObjection(entries: readonly Entry[], objection: RegExp): void {
  const { holds, detail } = judgeCompensations(evidenceOf(entries));
  assert.match(detail, objection);
  assert.equal(holds, false);
}
