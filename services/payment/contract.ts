import { z } from "zod";
import { type CommandOf, defineEvents, derivedId, type EventOf, field } from "@headwater/core";

const payment = { paymentId: z.string(), orderId: field.id };
/** The provider's own words, or ours. */
const outside = field.outsideText(500);
const money = { currency: field.currencyCode, amount: field.amount };

export const paymentEvents = defineEvents("payment", {
  PaymentRequested: z.object({ ...payment, ...money, paymentMethod: field.text(100) }),
  /** The provider could not be reached or was out of order. What was unknown before it stays unknown. */
  PaymentAttemptFailed: z.object({
    ...payment,
    attempt: z.int().positive(),
    cause: outside,
  }),
  /** The provider did not answer in time: it may have charged, or not, or will yet. */
  PaymentOutcomeUnknown: z.object(payment),
  /** Where it follows `PaymentDeclined`: a charge that came to light too late, and is refunded. */
  PaymentCharged: z.object({ ...payment, ...money }),
  PaymentDeclined: z.object({ ...payment, reason: outside }),
  PaymentRefunded: z.object({ ...payment, ...money }),
});
export type PaymentEvent = EventOf<typeof paymentEvents>;

const thisPayment = z.strictObject({ orderId: field.id });

export const paymentCommands = {
  /** Asks the provider until it has an outcome: charged or declined. */
  ChargePayment: z.strictObject({
    orderId: field.id,
    ...money,
    paymentMethod: field.text(100),
  }),
  RefundPayment: thisPayment,
};
export type PaymentCommand = CommandOf<typeof paymentCommands>;

/** An order has one payment, and everybody can tell its id. */
export function paymentIdOf(orderId: string): string {
  return derivedId("payment", orderId);
}
