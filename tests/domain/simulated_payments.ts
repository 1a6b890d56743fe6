import { payment } from "@shop/payment";
import { paymentEvents } from "@shop/payment/contract";
import { derivedId, fingerprint } from "@headwater/core";
import type { SimulatedLog } from "./simulated_log.ts";

export const paymentKind = { decider: payment, events: paymentEvents };

type Answer = Parameters<typeof payment.decide>[0];
type Collection = { readonly orderId: string; readonly commandId: string };

/**
 * The service's way with a payment provider, cut into the moments between which anything may happen: the asking, and
 * the noting of the answer. Any number of collections of one payment may run at once, and any may die.
 */
export class SimulatedPayments {
  /** What the provider has: by order. */
  readonly book = new Map<string, { charged: boolean; refunded: boolean; attempts: number }>();
  readonly #log: SimulatedLog;

  constructor(log: SimulatedLog) {
    this.#log = log;
  }

  /** Asks the provider; gives what to do with the answer, or undefined where nothing is open. */
  ask({ orderId, commandId }: Collection): (() => void) | undefined {
    const state = this.#log.state(paymentKind, orderId);
    if (state.status !== "pending" && state.status !== "unknown") return undefined;
    const answer = state.status === "pending"
      ? this.#charge(orderId, state.requested.paymentMethod)
      : this.#find(orderId);
    // The service names it after the stream's revision; every event changes the state, so this names it as well.
    const answerId = derivedId(commandId, fingerprint(state), fingerprint(answer));
    return () =>
      void this.#log.handle(paymentKind, { id: orderId, commandId: answerId, command: answer });
  }

  refund({ orderId, commandId }: Collection): void {
    const command = { type: "RefundPayment" as const, data: { orderId } };
    this.#log.handle(paymentKind, { id: orderId, commandId, command });
    const booked = this.book.get(orderId);
    if (booked?.charged) booked.refunded = true;
    this.#log.handle(paymentKind, {
      id: orderId,
      commandId: derivedId(commandId, "RecordRefund"),
      command: { type: "RecordRefund", data: { orderId } },
    });
  }

  #charge(orderId: string, paymentMethod: string): Answer {
    const booked = this.book.get(orderId) ?? { charged: false, refunded: false, attempts: 0 };
    this.book.set(orderId, booked);
    booked.attempts += 1;
    const down = paymentMethod === "pm_down" ||
      (paymentMethod === "pm_flaky" && booked.attempts <= 2);
    if (down) return { type: "RecordFailedAttempt", data: { orderId, reason: "down" } };
    if (paymentMethod === "pm_declined") {
      return { type: "RecordDecline", data: { orderId, reason: "card-declined" } };
    }
    booked.charged = true;
    return paymentMethod === "pm_timeout"
      ? { type: "RecordUnknownOutcome", data: { orderId } }
      : { type: "RecordCharge", data: { orderId } };
  }

  #find(orderId: string): Answer {
    return this.book.get(orderId)?.charged
      ? { type: "RecordCharge", data: { orderId } }
      : { type: "RecordFailedAttempt", data: { orderId, reason: "not charged" } };
  }
}
