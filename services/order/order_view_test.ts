import { rowsAfter } from "@headwater/testing";
import assert from "node:assert/strict";
import type { OrderEvent } from "./contract.ts";
import { orderEventExamples as event } from "./examples.ts";
import { orderView } from "./order_view.ts";

function rowAfter(...events: OrderEvent[]) {
  return rowsAfter(orderView, ...events).get("order-1");
}

Deno.test("a placed order has a row with all that was ordered", () => {
  const { data } = event.OrderPlaced;
  assert.deepEqual(rowAfter(event.OrderPlaced), {
    orderId: "order-1",
    customerId: "customer-1",
    status: "placed",
    reason: null,
    currency: "EUR",
    total: 2_999,
    lines: data.lines,
    shippingAddress: data.shippingAddress,
    paymentMethod: "pm_ok",
    placedAt: "2026-01-01T00:00:00.000Z",
    placedPosition: 1,
    revision: 0,
  });
});

Deno.test("the row follows the order's status and revision", () => {
  const history: OrderEvent[] = [];
  const seen = [
    event.OrderPlaced,
    event.OrderConfirmed,
    event.OrderCancellationStarted,
    event.OrderCancellationRejected,
    event.OrderShipped,
    event.OrderDelivered,
  ].map((happened) => {
    history.push(happened);
    const { status, reason, revision } = rowAfter(...history)!;
    return [revision, status, reason];
  });
  assert.deepEqual(seen, [
    [0, "placed", null],
    [1, "confirmed", null],
    [2, "cancelling", "changed my mind"],
    [3, "confirmed", null],
    [4, "shipped", null],
    [5, "delivered", null],
  ]);
});

Deno.test("a cancelled order keeps the reason", () => {
  const row = rowAfter(
    event.OrderPlaced,
    event.OrderConfirmed,
    event.OrderCancellationStarted,
    event.OrderConfirmationWithdrawn,
    event.OrderCancelled,
  );
  assert.deepEqual([row?.status, row?.reason, row?.revision], ["cancelled", "changed my mind", 4]);
});

Deno.test("events of an order that was never placed make no row", () => {
  for (const happened of Object.values(event)) {
    if (happened.type !== "OrderPlaced") assert.equal(rowAfter(happened), undefined);
  }
});
