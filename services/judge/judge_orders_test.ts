import assert from "node:assert/strict";
import type { Answers } from "./evidence.ts";
import { type Entry, evidenceOf, exampleEntries, without } from "./testing/example_history.ts";
import { judgeOrders } from "./judge_orders.ts";

const shown: Answers = {
  items: new Map(),
  notifications: [],
  orders: [{ orderId: "ada", status: "delivered" }, { orderId: "ben", status: "cancelled" }],
};

Deno.test("orders that ended as they must are fine", () => {
  assert.deepEqual(judgeOrders(evidenceOf(exampleEntries, { answers: shown })), {
    name: "every order came to an end",
    holds: true,
    detail: "2 orders",
  });
});

Deno.test("an order left between is noticed, unless its saga is listed as stuck", () => {
  const entries = without(exampleEntries, { type: "OrderCancelled", orderId: "ben" });
  expectObjection(entries, /order "ben" is left "cancelling"/);
  assert.deepEqual(judgeOrders(evidenceOf(entries, { stuck: new Set(["ben"]) })), {
    name: "every order came to an end",
    holds: true,
    detail: "2 orders, 1 of them stuck",
  });
});

Deno.test("stock held for a cancelled order is noticed", () => {
  const entries = without(exampleEntries, { type: "StockReleased", orderId: "ben" });
  expectObjection(entries, /order "ben" is "cancelled" and has 3 of "MUG"/);
});

Deno.test("an order that stands without its stock is noticed", () => {
  const entries = without(exampleEntries, { type: "StockReserved", orderId: "ada" });
  expectObjection(entries, /order "ada" is "delivered" and has 0 of "TEA"/);
});

Deno.test("a delivered order whose goods never left the house is noticed", () => {
  const entries = without(exampleEntries, { type: "StockShipped", orderId: "ada" });
  expectObjection(entries, /order "ada" is "delivered" and 0 of "TEA" left the house/);
});

Deno.test("money kept for a cancelled order, or missing for one that stands, is noticed", () => {
  expectObjection(
    without(exampleEntries, { type: "PaymentRefunded", orderId: "ben" }),
    /order "ben" is "cancelled" and 900 of its money is kept/,
  );
  expectObjection(
    without(exampleEntries, { type: "PaymentCharged", orderId: "ada" }),
    /order "ada" is "delivered" and 0 of its money is kept/,
  );
});

Deno.test("stock set aside for an order that nobody placed is noticed", () => {
  const entries = without(exampleEntries, { type: "OrderPlaced", orderId: "ada" })
    .filter(({ stream }) => stream !== "order-ada");
  expectObjection(entries, /order "ada" is left "never placed"/);
});

Deno.test("an order shown with another status, or not at all, is noticed", () => {
  expectObjection(exampleEntries, /order "ada" is "delivered" and shown as "shipped"/, {
    ...shown,
    orders: [{ orderId: "ada", status: "shipped" }, ...shown.orders.slice(1)],
  });
  expectObjection(exampleEntries, /order "ben" .* shown as "undefined"; 1 order shown of 2/, {
    ...shown,
    orders: shown.orders.slice(0, 1),
  });
});

function expectObjection(entries: readonly Entry[], objection: RegExp, answers?: Answers): void {
  const { holds, detail } = judgeOrders(evidenceOf(entries, { answers }));
  assert.match(detail, objection);
  assert.equal(holds, false);
}
