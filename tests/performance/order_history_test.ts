import assert from "node:assert/strict";
import { orderEvents } from "@shop/order/contract";
import { orderHistory } from "./order_history.ts";

Deno.test("a history that is measured holds as many events as were asked for, all as the contract has them", () => {
  const history = [...orderHistory({ events: 2_000 })];
  assert.equal(history.length, 2_000);
  for (const { event } of history) {
    const { type, data, metadata } = event;
    const encoded = orderEvents.encode({ type, data } as Parameters<typeof orderEvents.encode>[0]);
    assert.deepEqual(encoded, { type, data, schemaVersion: metadata.schemaVersion });
  }
  // Seldom, and unknown to builds that are measured beside this one
  const types = orderEvents.types.filter((type) => type !== "OrderPaymentOverdue");
  assert.deepEqual(new Set(history.map(({ event }) => event.type)), new Set(types));
});

Deno.test("the orders of a history that is measured go on side by side", () => {
  const last = new Map<string, number>();
  const gaps = [...orderHistory({ events: 20_000 })].flatMap(({ stream }, at) => {
    const before = last.get(stream);
    last.set(stream, at);
    return before === undefined ? [] : [at - before];
  });
  assert.ok(last.size > 3_500 && last.size < 5_000, `${last.size} orders`);
  assert.ok(Math.max(...gaps) > 1_000, "an order's events lie far apart");
});
