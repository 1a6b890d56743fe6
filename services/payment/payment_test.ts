import { given, runCommands } from "@headwater/testing";
import fc from "fast-check";
import assert from "node:assert/strict";
import { type PaymentEvent, paymentEvents } from "./contract.ts";
import {
  paymentCommandExamples as command,
  paymentEventExamples as event,
  providerAnswerExamples as answer,
} from "./examples.ts";
import { payment } from "./payment.ts";

const requested = [event.PaymentRequested];
const unknown = [...requested, event.PaymentOutcomeUnknown];
const charged = [...requested, event.PaymentCharged];
const declined = [...requested, event.PaymentDeclined];
const refunded = [...charged, event.PaymentRefunded];
const unwanted = [...declined, event.PaymentCharged];

function failures(count: number): PaymentEvent[] {
  return Array.from({ length: count }, (_, index) => ({
    ...event.PaymentAttemptFailed,
    data: { ...event.PaymentAttemptFailed.data, attempt: index + 1 },
  }));
}

Deno.test("a payment is requested once per order", () => {
  given(payment).when(command.ChargePayment).yields(event.PaymentRequested);
  for (const history of [requested, unknown, charged, declined, refunded, unwanted]) {
    given(payment, ...history).when(command.ChargePayment).yieldsNothing();
  }
});

Deno.test("the provider's answer ends an open payment, once", () => {
  for (const open of [requested, unknown, [...requested, ...failures(2)]]) {
    given(payment, ...open).when(answer.RecordCharge).yields(event.PaymentCharged);
    given(payment, ...open).when(answer.RecordDecline).yields(event.PaymentDeclined);
  }
  for (const ended of [charged, declined, refunded]) {
    for (const late of Object.values(answer)) {
      const comesToLight = ended === declined && late.type === "RecordCharge";
      if (late.type === "RecordRefund" || comesToLight) continue;
      given(payment, ...ended).when(late).yieldsNothing();
    }
  }
});

Deno.test("a charge that comes to light after the payment was given up is noted once, and can be refunded", () => {
  given(payment, ...declined).when(answer.RecordCharge).yields(event.PaymentCharged);
  given(payment, ...unwanted).when(answer.RecordCharge).yieldsNothing();
  given(payment, ...unwanted).when(answer.RecordRefund).yields(event.PaymentRefunded);
  given(payment, ...unwanted, event.PaymentRefunded).when(answer.RecordCharge).yieldsNothing();
});

Deno.test("an outcome stays unknown, whatever a later attempt met with", () => {
  const { state } = given(payment, ...unknown, ...failures(2));
  assert.equal(state.status, "unknown");
});

Deno.test("an outcome becomes unknown once", () => {
  given(payment, ...requested).when(answer.RecordUnknownOutcome).yields(
    event.PaymentOutcomeUnknown,
  );
  given(payment, ...unknown).when(answer.RecordUnknownOutcome).yieldsNothing();
});

Deno.test("after the fifth failed attempt the payment is declined, if it is void", () => {
  const next = (attempt: number) => failures(attempt)[attempt - 1]!;
  given(payment, ...requested).when(answer.RecordFailedAttempt).yields(next(1));
  given(payment, ...requested, ...failures(3)).when(answer.RecordFailedAttempt).yields(next(4));
  given(payment, ...requested, ...failures(4)).when(answer.RecordFailedAttempt).yieldsNothing();
  given(payment, ...requested, ...failures(4)).when(answer.RecordVoid).yields(next(5), {
    ...event.PaymentDeclined,
    data: { ...event.PaymentDeclined.data, reason: "payment-provider-unreachable" },
  });
});

Deno.test("only what was charged can be refunded", () => {
  given(payment, ...charged).when(command.RefundPayment).yieldsNothing();
  given(payment, ...refunded).when(command.RefundPayment).yieldsNothing();
  for (const history of [requested, unknown, declined]) {
    given(payment, ...history).when(command.RefundPayment).isRefused("payment-not-charged");
  }
});

Deno.test("a refund is noted once, and only of a charge", () => {
  given(payment, ...charged).when(answer.RecordRefund).yields(event.PaymentRefunded);
  for (const history of [requested, unknown, declined, refunded]) {
    given(payment, ...history).when(answer.RecordRefund).yieldsNothing();
  }
});

Deno.test("everything but a charge is refused of a payment that nobody asked for", () => {
  given(payment).when(command.RefundPayment).isRefused("payment-unknown");
  for (const early of Object.values(answer)) {
    given(payment).when(early).isRefused("payment-unknown");
  }
});

Deno.test("a payment is charged at most once, and what is refunded was charged, whatever comes", () => {
  const any = fc.constantFrom(...Object.values(command), ...Object.values(answer));
  fc.assert(fc.property(fc.array(any), (commands) => {
    const { history } = runCommands({ decider: payment, events: paymentEvents }, {
      commands,
      // Every failed attempt is one more, until they have been enough.
      adding: ["RecordFailedAttempt"],
    });
    const count = (type: PaymentEvent["type"]) =>
      history.filter((happened) => happened.type === type).length;
    assert.ok(count("PaymentCharged") <= 1);
    assert.ok(count("PaymentDeclined") <= 1);
    assert.ok(count("PaymentRefunded") <= count("PaymentCharged"));
    assert.ok(count("PaymentAttemptFailed") <= 5);
  }));
});

Deno.test("a payment can be folded from any events", () => {
  fc.assert(fc.property(fc.array(fc.constantFrom(...Object.values(event))), (history) => {
    history.reduce<ReturnType<typeof payment.evolve>>(payment.evolve, payment.initialState);
  }));
});
