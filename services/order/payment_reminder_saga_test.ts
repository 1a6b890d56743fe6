import { paymentIdOf } from "@shop/payment/contract";
import { ProcessInstance } from "@headwater/testing";
import assert from "node:assert/strict";
import { orderEventExamples as order } from "./examples.ts";
import { paymentReminderSaga } from "./payment_reminder_saga.ts";

const orderId = "order-1";
const payment = { paymentId: paymentIdOf(orderId), orderId };
const unknown = { type: "PaymentOutcomeUnknown", data: payment };
const charged = { type: "PaymentCharged", data: { ...payment, currency: "EUR", amount: 1 } };
const sent = {
  type: "NotificationSent",
  data: {
    ...{ notificationId: "n", customerId: "customer-1", orderId, kind: "payment-overdue" },
  },
};
const minuteMs = 60_000;

Deno.test("a payment that stays pending is reminded of after ten minutes, and an hour later its order is cancelled", () => {
  const reminder = new ProcessInstance(paymentReminderSaga).hear(unknown);
  assert.deepEqual(reminder.sends, []);
  assert.deepEqual(reminder.wait(10 * minuteMs - 1).sends, []);
  assert.deepEqual(reminder.wait(1).sends, ["remind#1"]);
  reminder.hear(order.OrderPaymentOverdue);
  const [notify] = reminder.outstanding;
  assert.deepEqual(notify?.command, {
    type: "NotifyCustomer",
    data: { orderId, customerId: "customer-1", kind: "payment-overdue" },
  });
  reminder.hear(sent);
  assert.deepEqual(reminder.wait(59 * minuteMs).sends, []);
  assert.deepEqual(reminder.wait(minuteMs).sends, ["cancel-order#1"]);
  const cancelled = { ...order.OrderCancellationStarted.data, reason: "payment-overdue" };
  assert.ok(reminder.hear({ type: "OrderCancellationStarted", data: cancelled }).finished);
});

Deno.test("a payment that comes to an end, or an order that is cancelled, is reminded of no more", () => {
  for (const end of [charged, order.OrderCancellationStarted]) {
    const reminder = new ProcessInstance(paymentReminderSaga).hear(unknown, end);
    assert.deepEqual([reminder.finished, reminder.timers], [true, []]);
    const reminded = new ProcessInstance(paymentReminderSaga).hear(unknown).wait(10 * minuteMs);
    assert.ok(reminded.hear(end).finished);
    assert.deepEqual(reminded.hear(unknown).sends, []);
  }
});

Deno.test("an order that has left meanwhile is not cancelled", () => {
  const reminder = new ProcessInstance(paymentReminderSaga).hear(unknown).wait(10 * minuteMs)
    .hear(order.OrderPaymentOverdue, sent).wait(60 * minuteMs);
  assert.ok(reminder.answered("cancel-order", "refused", "order-already-shipped").finished);
});
