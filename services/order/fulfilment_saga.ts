import { defineSaga } from "@headwater/sagas";
import { type Fulfilment, fulfilmentEvents } from "./contract.ts";
import { formerFulfilment } from "./former_fulfilment.ts";
import { whatBecameOfPayment } from "./payment_question.ts";
import { perSku } from "./per_sku.ts";
import { inventory, notification, order, payment, shipping } from "./participants.ts";

/** Reserve stock (each SKU) → charge → confirm → arrange shipment → notify. */
export const fulfilmentSaga = defineSaga(fulfilmentEvents, {
  startedBy: order.event("OrderPlaced"),
  start: ({ lines, ...placed }) => ({ ...placed, lines: perSku(lines) }),
  keys: ({ customerId }) => [customerId],
  steps: ({ each, compensatable, retriable }) => [
    each(({ lines }) => lines).by("sku", (sku) =>
      sku.compensatable("reserve-stock", {
        does: ({ orderId }, { item: { sku, quantity } }) =>
          inventory.command("ReserveStock", { sku, orderId, quantity }),
        done: inventory.event("StockReserved"),
        refused: inventory.event("StockReservationRejected"),
        undo: sku.retriable("release-stock", {
          does: ({ orderId }, { item: { sku } }) =>
            inventory.command("ReleaseStock", { sku, orderId }),
          done: inventory.event("StockReleased"),
          nothing: ["no-event"],
        }),
      }), { undone: "in turn" }),
    compensatable("charge-payment", {
      does: ({ orderId, currency, total: amount, paymentMethod }) =>
        payment.command("ChargePayment", { orderId, currency, amount, paymentMethod }),
      done: payment.event("PaymentCharged"),
      refused: payment.event("PaymentDeclined"),
      ask: ({ orderId }) => whatBecameOfPayment(orderId),
      undo: retriable("refund-payment", {
        does: ({ orderId }) => payment.command("RefundPayment", { orderId }),
        done: payment.event("PaymentRefunded"),
        nothing: ["payment-unknown", "payment-not-charged"],
      }),
    }),
    compensatable("confirm-order", {
      does: ({ orderId }) => order.command("ConfirmOrder", { orderId }),
      done: order.event("OrderConfirmed"),
      refused: order.event("OrderCancellationStarted"),
      undo: retriable("withdraw-confirmation", {
        does: ({ orderId }) => order.command("WithdrawConfirmation", { orderId }),
        done: order.event("OrderConfirmationWithdrawn"),
        nothing: ["no-event"],
      }),
    }),
    compensatable("arrange-shipment", {
      does: ({ orderId, shippingAddress: address }) =>
        shipping.command("ArrangeShipment", { orderId, address }),
      done: shipping.event("ShipmentArranged"),
      refused: shipping.event("ShipmentRefused"),
      undo: retriable("cancel-shipment", {
        does: ({ orderId }) => shipping.command("CancelShipment", { orderId }),
        done: shipping.event("ShipmentCancelled"),
        refused: shipping.event("ShipmentCancellationRejected"),
        nothing: ["no-event"],
      }),
    }),
    retriable("notify:order-confirmed", notify("order-confirmed")),
  ],
  compensation: ({ retriable }) => ({
    first: [retriable("start-cancellation", {
      does: ({ orderId }, { reason }) => order.command("StartCancellation", { orderId, reason }),
      done: order.event("OrderCancellationStarted"),
    })],
    last: [
      retriable("complete-cancellation", {
        does: ({ orderId }) => order.command("CompleteCancellation", { orderId }),
        done: order.event("OrderCancelled"),
      }),
      retriable("notify:order-cancelled", notify("order-cancelled")),
    ],
  }),
  cancel: ({ retriable }) => ({
    when: order.event("OrderCancellationStarted"),
    refuse: retriable("reject-cancellation", {
      does: ({ orderId }) =>
        order.command("RejectCancellation", { orderId, reason: "order-already-shipped" }),
      done: order.event("OrderCancellationRejected"),
    }),
  }),
  later: ({ each, retriable }) => ({
    dispatched: {
      when: shipping.event("ShipmentDispatched"),
      isPivot: true,
      steps: [
        each(({ lines }) => lines).by("sku", (sku) =>
          sku.retriable("ship-stock", {
            does: ({ orderId }, { item: { sku } }) =>
              inventory.command("ShipStock", { sku, orderId }),
            done: inventory.event("StockShipped"),
          })),
        retriable("mark-shipped", {
          does: ({ orderId }) => order.command("MarkShipped", { orderId }),
          done: order.event("OrderShipped"),
        }),
      ],
    },
    delivered: {
      when: shipping.event("ShipmentDelivered"),
      steps: [retriable("mark-delivered", {
        does: ({ orderId }) => order.command("MarkDelivered", { orderId }),
        done: order.event("OrderDelivered"),
      })],
    },
  }),
  formerly: formerFulfilment,
});

function notify(kind: "order-confirmed" | "order-cancelled") {
  return {
    does: ({ customerId, orderId }: Fulfilment) =>
      notification.command("NotifyCustomer", { customerId, orderId, kind }),
    done: notification.event("NotificationSent", { where: { kind } }),
  };
}
