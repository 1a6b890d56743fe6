import { defineSaga } from "@headwater/sagas";
import { paymentReminderEvents } from "./contract.ts";
import { notification, order, payment } from "./participants.ts";

/** A payment with which something went wrong: while it stays pending, remind the customer → cancel the order. */
export const paymentReminderSaga = defineSaga(paymentReminderEvents, {
  startedBy: [payment.event("PaymentAttemptFailed"), payment.event("PaymentOutcomeUnknown")],
  endedBy: [
    payment.event("PaymentCharged"),
    payment.event("PaymentDeclined"),
    order.event("OrderCancellationStarted"),
  ],
  within: "2h",
  steps: ({ after, retriable }) => [
    after("wait", "10m"),
    retriable("remind", {
      does: ({ orderId }) => order.command("RemindOfPayment", { orderId }),
      done: order.event("OrderPaymentOverdue", { keeps: ({ customerId }) => customerId }),
    }),
    retriable("notify:payment-overdue", {
      does: ({ orderId }, { result }) =>
        notification.command("NotifyCustomer", {
          ...{ orderId, customerId: String(result("remind")), kind: "payment-overdue" },
        }),
      done: notification.event("NotificationSent", { where: { kind: "payment-overdue" } }),
    }),
    after("wait-longer", "1h"),
    retriable("cancel-order", {
      does: ({ orderId }) =>
        order.command("RequestCancellation", {
          ...{ orderId, reason: "payment-overdue", shipmentDispatched: false },
        }),
      done: order.event("OrderCancellationStarted"),
      nothing: ["order-already-shipped"],
    }),
  ],
});
