import { recordedExample } from "@headwater/testing";
import assert from "node:assert/strict";
import { story } from "./story.ts";

const orderId = "my-first";

function told(type: string, data: Record<string, unknown>): string | undefined {
  return story(recordedExample({ type, data }));
}

Deno.test("an order's way is told in a line for each thing that matters", () => {
  const lines = [{ sku: "TEA", quantity: 2 }, { sku: "MUG", quantity: 1 }];
  const placed = { orderId, customerId: "ada", lines, total: 2_100, currency: "EUR" };
  assert.equal(
    told("OrderPlaced", placed),
    "order my-first  placed by ada: 2 × TEA, 1 × MUG, 21.00 EUR",
  );
  assert.match(told("OrderPlaced", { ...placed, currency: "JPY" }) ?? "", /, 2100 JPY$/);
  assert.equal(told("OrderConfirmed", { orderId }), "order my-first  ✓ confirmed");
  assert.equal(told("OrderShipped", { orderId }), "order my-first  shipped");
});

Deno.test("a payment that does not work out is told attempt by attempt", () => {
  assert.equal(
    told("PaymentAttemptFailed", { orderId, attempt: 2, cause: "connection refused" }),
    "order my-first  ! payment attempt 2 failed: connection refused",
  );
  assert.match(told("PaymentOutcomeUnknown", { orderId }) ?? "", /without an answer/);
});

Deno.test("a refusal is told with its reason, and each compensation with what it undoes", () => {
  assert.equal(
    told("PaymentDeclined", { orderId, reason: "card-expired" }),
    "order my-first  ✗ payment refused: card-expired",
  );
  assert.equal(
    told("StepDone", { orderId, step: "release-stock:TEA", compensates: "reserve-stock:TEA" }),
    "order my-first  ↩ release-stock:TEA undoes reserve-stock:TEA",
  );
  assert.equal(
    told("OrderCancelled", { orderId, reason: "card-expired" }),
    "order my-first  cancelled: card-expired",
  );
});

Deno.test("who cancels is told, and what stands still with the command that shows it", () => {
  const began = { orderId, reason: "changed-my-mind", by: "customer" };
  assert.equal(
    told("OrderCancellationStarted", began),
    "order my-first  customer cancels it: changed-my-mind",
  );
  assert.equal(
    told("OrderCancellationStarted", { ...began, reason: "card-expired", by: "fulfilment" }),
    "order my-first  is being cancelled: card-expired",
  );
  assert.equal(
    told("StepStuck", { orderId, step: "refund-payment", reason: "refund-held: ask again" }),
    "order my-first  ! stands still at refund-payment: refund-held: ask again; deno task sagas show my-first",
  );
});

Deno.test("stock that comes is told, steps and requests on the way are not", () => {
  assert.equal(told("StockReceived", { sku: "TEA", quantity: 10 }), "10 × TEA received");
  assert.equal(told("StepDone", { orderId, step: "charge-payment" }), undefined);
  assert.equal(told("StockReserved", { orderId, sku: "TEA", quantity: 2 }), undefined);
});
