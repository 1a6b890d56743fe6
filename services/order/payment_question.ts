import type { Question } from "@headwater/sagas";
import { z } from "zod";

const answered = z.object({ status: z.string() });

/**
 * Asks the payment service what became of an order's payment. What it has not noted the provider may have done: the
 * command, sent again, asks there, and goes on from what is found.
 */
export function whatBecameOfPayment(orderId: string): Question {
  return {
    service: "payment",
    path: `/api/payments/order/${orderId}`,
    read({ status, body }) {
      // What it shows may be late
      if (status === 404) return "send again";
      switch (answered.safeParse(body).data?.status) {
        case "charged":
          return "done";
        case "declined":
        case "refunded":
          return "refused";
        case "pending":
        case "unknown":
          return "send again";
        default:
          return undefined;
      }
    },
  };
}
