import { payment } from "@shop/payment";
import { paymentEvents } from "@shop/payment/contract";
import { derivedId, fingerprint } from "@headwater/core";
import type { SimulatedLog } from "./simulated_log.ts";

export const paymentKind = { decider: payment, events: paymentEvents };

type Answer = Parameters<typeof payment.decide>[0];
type Open = Extract<typeof payment.initialState, { requested: unknown }>;
type Booked = {
  /** It was taken on, and is booked at some later moment, unless it is voided before. */
  charging: boolean;
  charged: boolean;
  voided: boolean;
  refunded: boolean;
  attempts: number;
};
type Collection = { readonly orderId: string; readonly commandId: string };

/**
 * The service's way with a payment provider, cut into the moments between which anything may happen: the asking, and
 * the noting of the answer. Any number of collections of one payment may run at once, and any may die.
 */
export class SimulatedPayments {
  /** What the provider has: by order. */
  readonly book = new Map<string, Booked>();
  readonly #log: SimulatedLog;

  constructor(log: SimulatedLog) {
    this.#log = log;
  }

  /** Asks the provider; gives what to do with the answer, or undefined where nothing is open. */
  ask({ orderId, commandId }: Collection): (() => void) | undefined {
    const state = this.#log.state(paymentKind, orderId);
    if (state.status === "charged" && state.unwanted) {
      return () => this.refund({ orderId, commandId: derivedId(commandId, "refund-unwanted") });
    }
    if (state.status !== "pending" && state.status !== "unknown") return undefined;
    const answer = this.#answer(orderId, state);
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

  /** What the provider has taken on and not booked yet. */
  late(): Booked[] {
    return [...this.book.values()].filter(({ charging, charged, voided }) =>
      charging && !charged && !voided
    );
  }

  #answer(orderId: string, { status, requested, failedAttempts }: Open): Answer {
    const booked = this.#booked(orderId);
    if (status === "unknown" && booked.charged) return { type: "RecordCharge", data: { orderId } };
    const answer = this.#charge(orderId, requested.paymentMethod);
    if (answer.type === "RecordUnknownOutcome" && status === "unknown") {
      return this.#orVoid(orderId, { failedAttempts, reason: "no answer" });
    }
    return answer.type === "RecordFailedAttempt"
      ? this.#orVoid(orderId, { failedAttempts, reason: answer.data.reason })
      : answer;
  }

  #orVoid(
    orderId: string,
    { failedAttempts, reason }: { readonly failedAttempts: number; readonly reason: string },
  ): Answer {
    if (failedAttempts < 4) return { type: "RecordFailedAttempt", data: { orderId, reason } };
    const booked = this.#booked(orderId);
    booked.voided = !booked.charged;
    return booked.voided
      ? { type: "RecordVoid", data: { orderId, reason } }
      : { type: "RecordCharge", data: { orderId } };
  }

  #booked(orderId: string): Booked {
    const booked = this.book.get(orderId) ??
      { charging: false, charged: false, voided: false, refunded: false, attempts: 0 };
    this.book.set(orderId, booked);
    return booked;
  }

  #charge(orderId: string, paymentMethod: string): Answer {
    const booked = this.#booked(orderId);
    booked.attempts += 1;
    const down = paymentMethod === "pm_down" ||
      (paymentMethod === "pm_flaky" && booked.attempts <= 2);
    if (down) return { type: "RecordFailedAttempt", data: { orderId, reason: "down" } };
    if (paymentMethod === "pm_declined") {
      return { type: "RecordDecline", data: { orderId, reason: "card-declined" } };
    }
    if (paymentMethod === "pm_late") {
      booked.charging = true;
      return { type: "RecordUnknownOutcome", data: { orderId } };
    }
    if (booked.voided) return { type: "RecordDecline", data: { orderId, reason: "charge-void" } };
    booked.charged = true;
    return paymentMethod === "pm_timeout"
      ? { type: "RecordUnknownOutcome", data: { orderId } }
      : { type: "RecordCharge", data: { orderId } };
  }
}
