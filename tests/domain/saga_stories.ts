import type { DomainEvent } from "@headwater/core";
import { paymentIdOf } from "@shop/payment/contract";
import { cancelled, delivered, dispatched, done, placed, refused } from "./fulfilment_answers.ts";
import type { Happening } from "./told_story.ts";
import { placement } from "./placement_example.ts";

type Stories = Readonly<Record<string, readonly Happening[]>>;

const forward = [
  "reserve-stock:SKU1",
  "reserve-stock:SKU2",
  "charge-payment",
  "confirm-order",
  "arrange-shipment",
  "notify:order-confirmed",
];
const toItsEnd: Happening = { done };

/** An order of which so many steps were done. */
function after(count: number): readonly Happening[] {
  return [placed, ...forward.slice(0, count).map(done)];
}

/** No answer comes to a step, as often as it is asked for. */
function unanswered(times: number): readonly Happening[] {
  return Array.from({ length: times }, () => ({ waits: 30_000 }));
}

function perStep(
  name: string,
  { of, story }: {
    readonly of: readonly number[];
    readonly story: (at: number, step: string) => readonly Happening[];
  },
): Stories {
  return Object.fromEntries(of.map((at) => [`${name}_${at}`, story(at, forward[at] ?? "")]));
}

const refusable = [0, 1, 2, 4];
const noWayBack = refused("cancel-shipment");

const fulfilment: Stories = {
  forward: [placed, toItsEnd],
  stock_in_another_sequence: [placed, done(forward[1]!), done(forward[0]!), toItsEnd],
  delivered: [placed, toItsEnd, dispatched, toItsEnd, delivered, toItsEnd],
  dispatched_before_told: [...after(5), dispatched, delivered, toItsEnd],
  ...perStep("refused_at", {
    of: refusable,
    story: (at, step) => [...after(at), refused(step), toItsEnd],
  }),
  ...perStep("cancelled_at", {
    of: [0, 1, 2, 3, 4, 5, 6],
    story: (at) => [...after(at), cancelled, toItsEnd],
  }),
  ...perStep("cancelled_then_refused_at", {
    of: refusable,
    story: (at, step) => [...after(at), cancelled, refused(step), toItsEnd],
  }),
  cancelled_after_dispatch: [...after(6), dispatched, cancelled, toItsEnd, delivered, toItsEnd],
  dispatched_while_cancelled: [...after(6), cancelled, dispatched, noWayBack, toItsEnd],
  cancelled_twice_in_vain: [
    ...[...after(6), cancelled, dispatched, noWayBack, toItsEnd],
    ...[cancelled, toItsEnd, delivered, toItsEnd],
  ],
  ...perStep("failed_at", {
    of: refusable,
    story: (at, to) => [...after(at), { answer: "failed", to, code: "unavailable" }, toItsEnd],
  }),
  payment_unanswered_then_done: [...after(2), ...unanswered(2), toItsEnd],
  payment_unanswered_then_resumed: [
    ...[...after(2), ...unanswered(10)],
    ...[{ operator: "resume" } as const, toItsEnd],
  ],
  payment_unknown_then_compensated: [
    ...[...after(2), { answer: "unknown", to: "charge-payment" } as const],
    ...[{ operator: "compensate" } as const, toItsEnd],
  ],
  payment_unknown_then_retried: [
    ...[...after(2), { answer: "unknown", to: "charge-payment" } as const],
    ...[{ operator: "retry" } as const, toItsEnd],
  ],
  payment_done_after_it_was_undone: [
    ...[...after(2), { answer: "failed", to: "charge-payment" } as const, toItsEnd],
    ...[done("charge-payment"), toItsEnd],
  ],
  refund_stuck_then_skipped: [
    ...[...after(3), cancelled, { answer: "failed", to: "refund-payment" } as const],
    ...[{ operator: "skip" } as const, toItsEnd],
  ],
  not_done_in_time: [...after(2), { waits: 900_000 }, toItsEnd],
  answers_come_twice: [...after(6).flatMap((each) => [each, each]), dispatched, dispatched],
};

const minuteMs = 60_000;
const { orderId } = placement;
const payment = { paymentId: paymentIdOf(orderId), orderId };
const outcomeUnknown: DomainEvent = { type: "PaymentOutcomeUnknown", data: payment };
const attemptFailed: DomainEvent = {
  type: "PaymentAttemptFailed",
  data: { ...payment, attempt: 1, cause: "unavailable" },
};
const reminded: readonly Happening[] = [
  ...[outcomeUnknown, { waits: 10 * minuteMs }, done("remind"), done("notify:payment-overdue")],
];

const paymentReminder: Stories = {
  cancelled: [...reminded, { waits: 60 * minuteMs }, cancelled],
  began_with_an_attempt: [attemptFailed, outcomeUnknown, { waits: 10 * minuteMs }],
  charged_while_waiting: [outcomeUnknown, done("charge-payment"), outcomeUnknown],
  charged_before_it_is_told: [outcomeUnknown, { waits: 10 * minuteMs }, done("charge-payment")],
  declined_after_it_was_told: [...reminded, refused("charge-payment")],
  left_meanwhile: [
    ...[...reminded, { waits: 60 * minuteMs }],
    { answer: "refused", to: "cancel-order", code: "order-already-shipped" },
  ],
  nobody_is_told: [
    ...[outcomeUnknown, { waits: 10 * minuteMs }, done("remind")],
    { answer: "failed", to: "notify:payment-overdue" },
    { operator: "retry" },
    done("notify:payment-overdue"),
  ],
};

/** What may happen to instances of the shop's sagas, by saga and name. */
export const sagaStories: Readonly<Record<string, Stories>> = { fulfilment, paymentReminder };
