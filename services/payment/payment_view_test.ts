import { rowsAfter } from "@headwater/testing";
import assert from "node:assert/strict";
import { type PaymentEvent, paymentIdOf } from "./contract.ts";
import { paymentEventExamples as event } from "./examples.ts";
import { paymentView } from "./payment_view.ts";

const paymentId = paymentIdOf("order-1");

function rowAfter(...events: PaymentEvent[]) {
  return rowsAfter(paymentView, ...events).get(paymentId);
}

Deno.test("a requested payment is pending and has cost nothing yet", () => {
  assert.deepEqual(rowAfter(event.PaymentRequested), {
    paymentId: paymentId,
    orderId: "order-1",
    status: "pending",
    reason: null,
    currency: "EUR",
    charged: 0,
    refunded: 0,
  });
});

Deno.test("the row sums what was charged and refunded", () => {
  const { PaymentRequested, PaymentCharged, PaymentRefunded } = event;
  const sums = [[PaymentCharged], [PaymentCharged, PaymentRefunded]].map((events) => {
    const { status, charged, refunded } = rowAfter(PaymentRequested, ...events)!;
    return [status, charged, refunded];
  });
  assert.deepEqual(sums, [["charged", 2_999, 0], ["refunded", 2_999, 2_999]]);
});

Deno.test("a declined payment says why", () => {
  const row = rowAfter(event.PaymentRequested, event.PaymentDeclined);
  assert.deepEqual([row?.status, row?.reason, row?.charged], ["declined", "card-declined", 0]);
});

Deno.test("an outcome stays unknown, whatever a later attempt met with", () => {
  const { PaymentRequested, PaymentOutcomeUnknown, PaymentAttemptFailed } = event;
  assert.equal(rowAfter(PaymentRequested, PaymentOutcomeUnknown)?.status, "unknown");
  const later = rowAfter(PaymentRequested, PaymentOutcomeUnknown, PaymentAttemptFailed);
  assert.equal(later?.status, "unknown");
});

Deno.test("a payment that nobody asked for makes no row", () => {
  for (const happened of Object.values(event)) {
    if (happened.type !== "PaymentRequested") assert.equal(rowAfter(happened), undefined);
  }
});
