import { recordedExample } from "@headwater/testing";
import type { StockItemEvent } from "@shop/inventory/contract";
import type { FulfilmentEvent, OrderEvent } from "@shop/order/contract";
import assert from "node:assert/strict";
import { orderTimelineView } from "./order_timeline_view.ts";

const orderId = "order-1";
const confirmed: OrderEvent = { type: "OrderConfirmed", data: { orderId } };

function rowOf(
  stream: string,
  event: OrderEvent | FulfilmentEvent,
  place = { revision: 3, position: 17 },
) {
  const recorded = recordedExample(event, { stream, ...place });
  const [key = ""] = orderTimelineView.keys(recorded);
  return orderTimelineView.evolve(undefined, recorded, key);
}

Deno.test("every event of an order has a row that says where and when it happened", () => {
  assert.deepEqual(rowOf("order-order-1", confirmed), {
    eventId: "order-order-1/3",
    orderId: "order-1",
    customerId: null,
    position: 17,
    at: "2026-01-01T00:00:00.000Z",
    service: "order",
    stream: "order-order-1",
    revision: 3,
    type: "OrderConfirmed",
    data: { orderId },
    causationId: "00000000-0000-4000-8000-000000000002",
    step: null,
    compensates: null,
  });
});

Deno.test("each event is its service's", () => {
  const services = {
    "order-1": "order",
    "fulfilment-1": "order",
    "stockItem-SKU1": "inventory",
    "payment-1": "payment",
    "shipment-7f-1": "shipping",
    "notification-1": "notification",
  };
  for (const [stream, service] of Object.entries(services)) {
    assert.equal(rowOf(stream, confirmed)?.service, service);
  }
  for (const { category } of orderTimelineView.reads) {
    assert.notEqual(rowOf(`${category}-1`, confirmed)?.service, "");
  }
});

Deno.test("a step that the process took says which it was and what it undid", () => {
  const done: FulfilmentEvent = {
    type: "StepDone",
    data: { orderId, step: "refund-payment", compensates: "charge-payment" },
  };
  const row = rowOf("fulfilment-order-1", done);
  assert.deepEqual([row?.step, row?.compensates], ["refund-payment", "charge-payment"]);
  const forward: FulfilmentEvent = { type: "StepDone", data: { orderId, step: "confirm-order" } };
  const forwardRow = rowOf("fulfilment-order-1", forward);
  assert.deepEqual([forwardRow?.step, forwardRow?.compensates], ["confirm-order", null]);
});

Deno.test("what belongs to no order is not in any timeline", () => {
  const received: StockItemEvent = { type: "StockReceived", data: { sku: "SKU1", quantity: 1 } };
  const recorded = recordedExample(received, { stream: "stockItem-SKU1" });
  assert.equal(orderTimelineView.key(recorded), undefined);
  assert.equal(orderTimelineView.evolve(undefined, recorded, "any"), undefined);
});

Deno.test("two events of one id in two streams are two rows", () => {
  const keys = ["order-order-1", "payment-order-1"].map((stream) =>
    orderTimelineView.key(recordedExample(confirmed, { stream }))
  );
  assert.deepEqual(keys, ["order-order-1/0", "payment-order-1/0"]);
  assert.equal(rowOf("order-order-1", confirmed, { revision: 0, position: 1 })?.eventId, keys[0]);
});
