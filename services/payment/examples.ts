import { type PaymentCommand, type PaymentEvent, paymentIdOf } from "./contract.ts";
import type { ProviderAnswer } from "./payment.ts";

const orderId = "order-1";
const payment = { paymentId: paymentIdOf(orderId), orderId };
const money = { currency: "EUR", amount: 2_999 };

/** One valid example of every event; they are all of the same payment. */
export const paymentEventExamples: {
  readonly [Type in PaymentEvent["type"]]: Extract<PaymentEvent, { type: Type }>;
} = {
  PaymentRequested: {
    type: "PaymentRequested",
    data: { ...payment, ...money, paymentMethod: "pm_ok" },
  },
  PaymentAttemptFailed: {
    type: "PaymentAttemptFailed",
    data: { ...payment, attempt: 1, cause: "the provider is down" },
  },
  PaymentOutcomeUnknown: { type: "PaymentOutcomeUnknown", data: payment },
  PaymentCharged: { type: "PaymentCharged", data: { ...payment, ...money } },
  PaymentDeclined: { type: "PaymentDeclined", data: { ...payment, reason: "card-declined" } },
  PaymentRefunded: { type: "PaymentRefunded", data: { ...payment, ...money } },
};

/** One valid example of every command, to the same payment. */
export const paymentCommandExamples: {
  readonly [Type in PaymentCommand["type"]]: Extract<PaymentCommand, { type: Type }>;
} = {
  ChargePayment: { type: "ChargePayment", data: { orderId, ...money, paymentMethod: "pm_ok" } },
  RefundPayment: { type: "RefundPayment", data: { orderId } },
};

/** One example of everything the service tells itself. */
export const providerAnswerExamples: {
  readonly [Type in ProviderAnswer["type"]]: ProviderAnswer & { readonly type: Type };
} = {
  RecordCharge: { type: "RecordCharge", data: { orderId } },
  RecordUnknownOutcome: { type: "RecordUnknownOutcome", data: { orderId } },
  RecordDecline: { type: "RecordDecline", data: { orderId, reason: "card-declined" } },
  RecordFailedAttempt: {
    type: "RecordFailedAttempt",
    data: { orderId, reason: "the provider is down" },
  },
  RecordVoid: { type: "RecordVoid", data: { orderId, reason: "the provider is down" } },
  RecordRefund: { type: "RecordRefund", data: { orderId } },
};
