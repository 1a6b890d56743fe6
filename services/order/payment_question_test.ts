import { equal } from "node:assert/strict";
import { whatBecameOfPayment } from "./payment_question.ts";

Deno.test("a payment is done or refused as its service has noted, and what it has not noted only the provider knows", () => {
  const { service, path, read } = whatBecameOfPayment("order-1");
  equal(`${service} ${path}`, "payment /api/payments/order/order-1");
  const found = (status: string) => read({ status: 200, body: { status } });
  equal(found("charged"), "done");
  equal(found("declined"), "refused");
  equal(found("refunded"), "refused");
  equal(found("pending"), "send again");
  equal(found("unknown"), "send again");
  equal(read({ status: 404, body: { code: "payment-unknown" } }), "send again");
  equal(read({ status: 200, body: "?" }), undefined);
});
