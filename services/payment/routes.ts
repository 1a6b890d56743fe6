import { field, Refusal } from "@headwater/core";
import { readParam, readsFrom, routes } from "@headwater/http";
import { findPayment, paymentView } from "./payment_view.ts";

export const paymentRoutes = routes();

paymentRoutes.get("/api/payments/order/:id", readsFrom(paymentView), async (c) => {
  const orderId = readParam(c, "id", field.id);
  const found = await findPayment(c.env.sql, orderId);
  if (!found) throw new Refusal("payment-unknown", `Cannot find a payment for order "${orderId}"`);
  return c.json(found);
});
