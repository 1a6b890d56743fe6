import type { Question } from "@headwater/sagas";
import { z } from "zod";

const answered = z.object({ status: z.string() });

/** Asks the payment service what became of an order's payment: it has asked the provider, or knows that it must. */
export function whatBecameOfPayment(orderId: string): Question {
  return {
    service: "payment",
    path: `/api/payments/order/${orderId}`,
    read({ status, body }) {
      if (status === 404) return "not done";
      switch (answered.safeParse(body).data?.status) {
        case "charged":
          return "done";
        case "declined":
        case "refunded":
          return "refused";
        // Sent again, the command goes on with what is pending
        case "pending":
          return "not done";
        default:
          return undefined;
      }
    },
  };
}
