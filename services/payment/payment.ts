import { aggregate, Refusal } from "@headwater/core";
import {
  type PaymentCommand,
  paymentCommands,
  type PaymentEvent,
  paymentEvents,
  paymentIdOf,
} from "./contract.ts";

/** The provider's answers, which the service tells itself. */
export type ProviderAnswer =
  | Message<"RecordCharge" | "RecordUnknownOutcome" | "RecordRefund", { orderId: string }>
  | Message<"RecordDecline" | "RecordFailedAttempt" | "RecordVoid", AnswerWithReason>;

type AnswerWithReason = { orderId: string; reason: string };

type Message<Type, Data> = { readonly type: Type; readonly data: Readonly<Data> };

export type PaymentState =
  | { readonly status: "none" }
  | {
    readonly status: "pending" | "unknown" | "charged" | "declined" | "refunded";
    readonly requested: Extract<PaymentEvent, { type: "PaymentRequested" }>["data"];
    readonly failedAttempts: number;
    /** It was charged after it had been given up: nobody waits for it, the money goes back. */
    readonly unwanted?: true;
  };

/** With the pauses between them some two seconds: a short outage is bridged, a customer is not kept waiting. */
const mostAttempts = 5;

const initialState: PaymentState = { status: "none" };

export const payment = aggregate({
  events: paymentEvents,
  commands: paymentCommands,
  id: ({ data }: PaymentCommand | ProviderAnswer) => data.orderId,
  initialState,
  decide,
  evolve,
});

function decide(
  command: PaymentCommand | ProviderAnswer,
  state: PaymentState,
): readonly PaymentEvent[] {
  const { orderId } = command.data;
  const paymentId = paymentIdOf(orderId);
  if (command.type === "ChargePayment") {
    return state.status === "none"
      ? [{ type: "PaymentRequested", data: { paymentId, ...command.data } }]
      : [];
  }
  if (state.status === "none") {
    throw new Refusal("payment-unknown", `Cannot find a payment for order "${orderId}"`);
  }
  const open = state.status === "pending" || state.status === "unknown";
  const { currency, amount } = state.requested;
  switch (command.type) {
    case "RecordCharge":
      return open || state.status === "declined"
        ? [{ type: "PaymentCharged", data: { paymentId, orderId, currency, amount } }]
        : [];
    case "RecordUnknownOutcome":
      return state.status === "pending"
        ? [{ type: "PaymentOutcomeUnknown", data: { paymentId, orderId } }]
        : [];
    case "RecordDecline": {
      const { reason } = command.data;
      return open ? [{ type: "PaymentDeclined", data: { paymentId, orderId, reason } }] : [];
    }
    case "RecordFailedAttempt":
      // The last one ends with a void, or with a charge that the void has found.
      return open && !isLastAttempt(state) ? [failure(command.data, state)] : [];
    case "RecordVoid": {
      if (!open) return [];
      const reason = "payment-provider-unreachable";
      return [
        failure(command.data, state),
        { type: "PaymentDeclined", data: { paymentId, orderId, reason } },
      ];
    }
    case "RefundPayment":
      if (state.status === "charged" || state.status === "refunded") return [];
      throw new Refusal(
        "payment-not-charged",
        `Cannot refund the payment of order "${orderId}": it is ${state.status}`,
      );
    case "RecordRefund":
      return state.status === "charged"
        ? [{ type: "PaymentRefunded", data: { paymentId, orderId, currency, amount } }]
        : [];
  }
}

function failure(
  { orderId, reason: cause }: AnswerWithReason,
  { failedAttempts }: { readonly failedAttempts: number },
): PaymentEvent {
  const attempt = failedAttempts + 1;
  const paymentId = paymentIdOf(orderId);
  return { type: "PaymentAttemptFailed", data: { paymentId, orderId, attempt, cause } };
}

/** After one more failure the payment is given up. */
export function isLastAttempt({ failedAttempts }: { readonly failedAttempts: number }): boolean {
  return failedAttempts + 1 >= mostAttempts;
}

function evolve(state: PaymentState, event: PaymentEvent): PaymentState {
  if (event.type === "PaymentRequested") {
    return { status: "pending", requested: event.data, failedAttempts: 0 };
  }
  if (state.status === "none") return state;
  switch (event.type) {
    case "PaymentAttemptFailed":
      // That this attempt did nothing says nothing of an earlier one that was not answered.
      return { ...state, failedAttempts: event.data.attempt };
    case "PaymentOutcomeUnknown":
      return { ...state, status: "unknown" };
    case "PaymentCharged":
      return {
        ...state,
        status: "charged",
        ...(state.status === "declined" && { unwanted: true }),
      };
    case "PaymentDeclined":
      return { ...state, status: "declined" };
    case "PaymentRefunded":
      return { ...state, status: "refunded" };
  }
}
