import { z } from "zod";
import {
  amountSchema,
  type CommandOf,
  currencySchema,
  defineEvents,
  derivedId,
  type EventOf,
  idSchema,
  textSchema,
} from "@headwater/core";

const payment = { paymentId: z.string(), orderId: idSchema };
const money = { currency: currencySchema, amount: amountSchema };

export const paymentEvents = defineEvents("payment", {
  PaymentRequested: z.object({ ...payment, ...money, paymentMethod: textSchema(100) }),
  /** The provider could not be reached or was out of order: nothing was charged. */
  PaymentAttemptFailed: z.object({
    ...payment,
    attempt: z.int().positive(),
    cause: z.string(),
  }),
  /** The provider did not answer in time: it may have charged, or not. */
  PaymentOutcomeUnknown: z.object(payment),
  PaymentCharged: z.object({ ...payment, ...money }),
  PaymentDeclined: z.object({ ...payment, reason: z.string() }),
  PaymentRefunded: z.object({ ...payment, ...money }),
});
export type PaymentEvent = EventOf<typeof paymentEvents>;

const thisPayment = z.strictObject({ orderId: idSchema });

export const paymentCommands = {
  /** Asks the provider until it has an outcome: charged or declined. */
  ChargePayment: z.strictObject({
    orderId: idSchema,
    ...money,
    paymentMethod: textSchema(100),
  }),
  RefundPayment: thisPayment,
};
export type PaymentCommand = CommandOf<typeof paymentCommands>;

/** An order has one payment, and everybody can tell its id. */
export function paymentIdOf(orderId: string): string {
  return derivedId("payment", orderId);
}
