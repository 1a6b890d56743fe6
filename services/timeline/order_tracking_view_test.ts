import type { EventSchemas } from "@headwater/core";
import { arbitraryOf, recordedExample, rowsAfter, rowsAfterRecorded } from "@headwater/testing";
import type { StockItemEvent } from "@shop/inventory/contract";
import type { OrderEvent } from "@shop/order/contract";
import { type PaymentEvent, paymentIdOf } from "@shop/payment/contract";
import { type ShipmentEvent, shipmentIdOf } from "@shop/shipping/contract";
import fc from "fast-check";
import assert from "node:assert/strict";
import { orderTrackingView } from "./order_tracking_view.ts";

type Event = OrderEvent | StockItemEvent | PaymentEvent | ShipmentEvent;

const orderId = "order-1";
const reason = "changed my mind";
const money = { paymentId: paymentIdOf(orderId), orderId, currency: "EUR", amount: 900 };
const shipment = { shipmentId: shipmentIdOf(orderId), orderId };
const address = { name: "Ada", line1: "1 Mill", city: "Hull", postalCode: "1", country: "GB" };

const placed: OrderEvent = {
  type: "OrderPlaced",
  data: {
    orderId,
    customerId: "ada",
    currency: "EUR",
    lines: [{ sku: "TEA", quantity: 2, unitPrice: 450 }],
    shippingAddress: address,
    paymentMethod: "pm_ok",
    total: 900,
  },
};
const charged: readonly Event[] = [
  placed,
  { type: "StockReserved", data: { sku: "TEA", orderId, quantity: 2 } },
  { type: "StockReserved", data: { sku: "MUG", orderId, quantity: 1 } },
  { type: "PaymentRequested", data: { ...money, paymentMethod: "pm_ok" } },
  { type: "PaymentCharged", data: money },
];

/** The row after these events, of which each was recorded a second after the one before. */
function tracked(...events: readonly Event[]) {
  const recorded = events.map((event, index) => recordedExample(event, { recordedAt: at(index) }));
  return rowsAfterRecorded(orderTrackingView, recorded).get(orderId);
}

function at(second: number): string {
  return new Date(1_000 * second).toISOString();
}

Deno.test("an order on its way shows what four services have done for it, and when", () => {
  const row = tracked(
    ...charged,
    { type: "OrderConfirmed", data: { orderId } },
    { type: "ShipmentArranged", data: { ...shipment, address } },
    { type: "ShipmentDispatched", data: shipment },
    { type: "OrderShipped", data: { orderId } },
    { type: "StockShipped", data: { sku: "TEA", orderId, quantity: 2 } },
    { type: "ShipmentDelivered", data: shipment },
    { type: "OrderDelivered", data: { orderId } },
  );
  assert.deepEqual(row, {
    orderId,
    status: "delivered",
    reason: null,
    payment: "charged",
    reservations: [
      { sku: "TEA", quantity: 2, status: "shipped" },
      { sku: "MUG", quantity: 1, status: "reserved" },
    ],
    shipmentId: shipment.shipmentId,
    shipment: "delivered",
    placedAt: at(0),
    chargedAt: at(4),
    confirmedAt: at(5),
    dispatchedAt: at(7),
    deliveredAt: at(10),
    cancelledAt: null,
    refundedAt: null,
    changedAt: at(11),
  });
});

Deno.test("an order that was undone shows that as well", () => {
  const row = tracked(
    ...charged,
    { type: "OrderConfirmed", data: { orderId } },
    { type: "ShipmentRefused", data: { ...shipment, reason: "address-undeliverable" } },
    { type: "OrderCancellationStarted", data: { orderId, reason, by: "fulfilment" } },
    { type: "OrderConfirmationWithdrawn", data: { orderId } },
    { type: "PaymentRefunded", data: money },
    { type: "StockReleased", data: { sku: "TEA", orderId, quantity: 2 } },
    { type: "StockReservationRejected", data: { ...rejected, orderId } },
    { type: "OrderCancelled", data: { orderId, reason } },
  );
  const { status, reason: why, payment, shipment: parcel, confirmedAt } = row!;
  assert.deepEqual([status, why, payment, parcel, confirmedAt], [
    "cancelled",
    reason,
    "refunded",
    "refused",
    null,
  ]);
  assert.deepEqual(row?.reservations.map(({ sku, status }) => [sku, status]), [
    ["TEA", "released"],
    ["MUG", "rejected"],
  ]);
  assert.deepEqual([row?.refundedAt, row?.cancelledAt], [at(9), at(12)]);
});
const rejected = { sku: "MUG", quantity: 1, available: 0, reason: "stock-insufficient" };

Deno.test("a payment that is not sure, or was declined, is said so", () => {
  const { paymentId } = money;
  const asked = charged.slice(0, 4);
  assert.equal(tracked(...asked)?.payment, "pending");
  const unknown: PaymentEvent = { type: "PaymentOutcomeUnknown", data: { paymentId, orderId } };
  assert.equal(tracked(...asked, unknown)?.payment, "unknown");
  const declined: PaymentEvent = { type: "PaymentDeclined", data: { paymentId, orderId, reason } };
  assert.equal(tracked(...asked, declined)?.payment, "declined");
});

Deno.test("a cancellation that came too late leaves the order as it was", () => {
  const row = tracked(
    ...charged,
    { type: "OrderCancellationStarted", data: { orderId, reason, by: "customer" } },
    { type: "ShipmentCancellationRejected", data: { ...shipment, reason: "too late" } },
    { type: "OrderCancellationRejected", data: { orderId, reason: "too late" } },
  );
  assert.deepEqual([row?.status, row?.reason], ["confirmed", null]);
});

Deno.test("what belongs to no order, or to one that was never placed, makes no row", () => {
  const received: StockItemEvent = { type: "StockReceived", data: { sku: "TEA", quantity: 1 } };
  assert.equal(orderTrackingView.key(recordedExample(received)), undefined);
  assert.equal(rowsAfter(orderTrackingView, ...charged.slice(1)).size, 0);
});

Deno.test("whatever happens to an order, its row can be kept", () => {
  const schemas: readonly EventSchemas[] = orderTrackingView.reads;
  const anyEvent = fc.oneof(
    ...schemas.flatMap((schema) =>
      (schema.types as readonly string[]).map((type) =>
        arbitraryOf(schema.schemaOf(type)).map((data): object => ({
          type,
          data: { ...data as object, orderId },
        }))
      )
    ),
  ) as fc.Arbitrary<Event>;
  fc.assert(fc.property(fc.array(anyEvent), (history) => {
    const rows = rowsAfter(orderTrackingView, placed, ...history);
    assert.deepEqual([...rows.keys()], [orderId]);
  }));
});
