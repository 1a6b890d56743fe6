import type { DomainEvent } from "@headwater/core";
import { paymentIdOf } from "@shop/payment/contract";
import { shipmentIdOf } from "@shop/shipping/contract";
import { placement } from "./placement_example.ts";

const { orderId, customerId, shippingAddress: address } = placement;
const thisOrder = { orderId };
const reason = "changed my mind";
const money = { paymentId: paymentIdOf(orderId), orderId, currency: "EUR", amount: 2_999 };
const parcel = { shipmentId: shipmentIdOf(orderId), orderId };

export const placed: DomainEvent = { type: "OrderPlaced", data: { ...placement, total: 2_999 } };
/** By the customer. */
export const cancelled: DomainEvent = {
  type: "OrderCancellationStarted",
  data: { ...thisOrder, reason, by: "customer" },
};
export const dispatched: DomainEvent = { type: "ShipmentDispatched", data: parcel };
export const delivered: DomainEvent = { type: "ShipmentDelivered", data: parcel };

/** What is heard when a step of the example's fulfilment, or of its reminder, was done. */
export function done(step: string): DomainEvent {
  const [verb, argument = ""] = step.split(":");
  const stock = { sku: argument, orderId, quantity: argument === "SKU1" ? 2 : 1 };
  const notice = { notificationId: "notification-1", customerId, orderId, kind: argument };
  const by = "fulfilment";
  const answers: Readonly<Record<string, DomainEvent>> = {
    "reserve-stock": { type: "StockReserved", data: stock },
    "release-stock": { type: "StockReleased", data: stock },
    "ship-stock": { type: "StockShipped", data: stock },
    "charge-payment": { type: "PaymentCharged", data: money },
    "refund-payment": { type: "PaymentRefunded", data: money },
    "confirm-order": { type: "OrderConfirmed", data: thisOrder },
    "withdraw-confirmation": { type: "OrderConfirmationWithdrawn", data: thisOrder },
    "arrange-shipment": { type: "ShipmentArranged", data: { ...parcel, address } },
    "cancel-shipment": { type: "ShipmentCancelled", data: parcel },
    "start-cancellation": { type: "OrderCancellationStarted", data: { ...thisOrder, reason, by } },
    "reject-cancellation": { type: "OrderCancellationRejected", data: { ...thisOrder, reason } },
    "complete-cancellation": { type: "OrderCancelled", data: { ...thisOrder, reason } },
    "mark-shipped": { type: "OrderShipped", data: thisOrder },
    "mark-delivered": { type: "OrderDelivered", data: thisOrder },
    remind: { type: "OrderPaymentOverdue", data: { orderId, customerId } },
    notify: { type: "NotificationSent", data: notice },
  };
  const answer = answers[verb ?? ""];
  if (!answer) throw new Error(`Cannot answer "${step}": the example has no such step`);
  return answer;
}

/** What is heard when it was refused. */
export function refused(step: string): DomainEvent {
  const [verb, sku = ""] = step.split(":");
  const { paymentId } = money;
  const refusals: Readonly<Record<string, DomainEvent>> = {
    "reserve-stock": {
      type: "StockReservationRejected",
      data: { sku, orderId, quantity: 1, available: 0, reason: "stock-insufficient" },
    },
    "charge-payment": {
      type: "PaymentDeclined",
      data: { paymentId, orderId, reason: "card-declined" },
    },
    "arrange-shipment": {
      type: "ShipmentRefused",
      data: { ...parcel, reason: "address-undeliverable" },
    },
    "cancel-shipment": {
      type: "ShipmentCancellationRejected",
      data: { ...parcel, reason: "shipment-already-dispatched" },
    },
  };
  const refusal = refusals[verb ?? ""];
  if (!refusal) throw new Error(`Cannot refuse "${step}": nobody says no to it`);
  return refusal;
}
