import { field, Refusal } from "@headwater/core";
import { declare, readParam, readsFrom, routes } from "@headwater/http";
import { findPayment, paymentAnswer, paymentView } from "./payment_view.ts";

const shown = declare({
  roles: ["customer", "operator"],
  owner: { param: "id", of: "order" },
  operation: "getPaymentOfOrder",
  summary: "The payment of an order",
  params: { id: field.id },
  answer: paymentAnswer,
  refusals: ["payment-unknown"],
});

export const paymentOperations = { shown };
export const paymentRoutes = routes();

paymentRoutes.get("/api/payments/order/:id", shown, readsFrom(paymentView), async (c) => {
  const orderId = readParam(c, "id", shown.params.id);
  const found = await findPayment(c.env.sql, orderId);
  if (!found) throw new Refusal("payment-unknown", `Cannot find a payment for order "${orderId}"`);
  return c.json(found);
});
