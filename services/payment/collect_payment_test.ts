import { derivedId, eventLog, repository, Unavailable } from "@headwater/core";
import assert from "node:assert/strict";
import { collectPayment, refundPayment } from "./collect_payment.ts";
import { paymentCommandExamples as command } from "./examples.ts";
import { payment } from "./payment.ts";
import type { ChargeAnswer, PaymentProvider } from "./payment_provider.ts";

const orderId = "order-1";
const charged: ChargeAnswer = { outcome: "charged" };

function unavailable(): Promise<never> {
  return Promise.reject(new Unavailable("the provider is down"));
}

function silence(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });
}

/** The service's way of charging and refunding, with a provider that answers as told. */
function desk(answers: Partial<PaymentProvider>) {
  const log = eventLog.memoryLog();
  const calls: string[] = [];
  const provider: PaymentProvider = {
    charge(charge, signal) {
      calls.push("charge");
      return answers.charge?.(charge, signal) ?? Promise.resolve(charged);
    },
    find(paymentId, signal) {
      calls.push("find");
      return answers.find?.(paymentId, signal) ?? Promise.resolve(undefined);
    },
    refund(paymentId, signal) {
      calls.push("refund");
      return answers.refund?.(paymentId, signal) ?? Promise.resolve();
    },
  };
  const payments = repository(payment, { log });
  const dependencies = { payments, provider, providerDeadlineMs: 10, random: () => 0 };

  function contextOf(step: string) {
    return { commandId: derivedId("fulfilment", orderId, step), correlationId: "correlation-1" };
  }
  return {
    calls,
    types: () => log.recorded.map(({ type }) => type),
    async charge() {
      const context = contextOf("charge-payment");
      await payments.handle(command.ChargePayment, context);
      return await collectPayment(dependencies, { orderId, context });
    },
    refund: () => refundPayment(dependencies, { orderId, context: contextOf("refund-payment") }),
  };
}

Deno.test("a payment is charged once, however often the command comes", async () => {
  const { charge, calls, types } = desk({});
  const first = await charge();
  assert.deepEqual(await charge(), first);
  assert.deepEqual(types(), ["PaymentRequested", "PaymentCharged"]);
  assert.deepEqual(calls, ["charge"]);
});

Deno.test("a payment that is declined stays so", async () => {
  const { charge, calls, types } = desk({
    charge: () => Promise.resolve({ outcome: "declined", reason: "card-declined" }),
  });
  await charge();
  await charge();
  assert.deepEqual(types(), ["PaymentRequested", "PaymentDeclined"]);
  assert.deepEqual(calls, ["charge"]);
});

Deno.test("an attempt that failed is made again", async () => {
  let attempts = 0;
  const { charge, types } = desk({
    charge: () => ++attempts <= 2 ? unavailable() : Promise.resolve(charged),
  });
  await charge();
  assert.deepEqual(types(), [
    "PaymentRequested",
    "PaymentAttemptFailed",
    "PaymentAttemptFailed",
    "PaymentCharged",
  ]);
});

Deno.test("a provider that stays away is given up as if it had declined", async () => {
  const { charge, types } = desk({ charge: unavailable });
  await charge();
  assert.equal(types().filter((type) => type === "PaymentAttemptFailed").length, 5);
  assert.equal(types().at(-1), "PaymentDeclined");
});

Deno.test("a charge that was made without our knowing is found before the payment is given up", async () => {
  const { charge, calls, types } = desk({
    charge: unavailable,
    find: () => Promise.resolve("charged"),
  });
  await charge();
  assert.deepEqual(calls, ["charge", "charge", "charge", "charge", "charge", "find"]);
  assert.equal(types().at(-1), "PaymentCharged");
});

Deno.test("a payment is not given up while nobody can say whether it was charged", async () => {
  const { charge, types } = desk({ charge: unavailable, find: unavailable });
  await assert.rejects(charge(), Unavailable);
  assert.equal(types().includes("PaymentDeclined"), false);
});

Deno.test("an outcome that did not come in time is asked for", async () => {
  const { charge, calls, types } = desk({
    charge: (_charge, signal) => silence(signal),
    find: () => Promise.resolve("charged"),
  });
  await charge();
  assert.deepEqual(types(), ["PaymentRequested", "PaymentOutcomeUnknown", "PaymentCharged"]);
  assert.deepEqual(calls, ["charge", "find"]);
});

Deno.test("where nothing was charged in time the charge is made again", async () => {
  let attempts = 0;
  const { charge, calls, types } = desk({
    charge: (_charge, signal) => ++attempts === 1 ? silence(signal) : Promise.resolve(charged),
  });
  await charge();
  assert.deepEqual(calls, ["charge", "find", "charge"]);
  assert.deepEqual(types(), [
    "PaymentRequested",
    "PaymentOutcomeUnknown",
    "PaymentAttemptFailed",
    "PaymentCharged",
  ]);
});

Deno.test("after a crash between any two moments the same command goes on", async () => {
  let crashes = 0;
  const { charge, types } = desk({
    charge(_charge, signal) {
      if (crashes++ === 0) return Promise.reject(new Error("crashed"));
      return silence(signal);
    },
    find: () => crashes++ <= 2 ? Promise.reject(new Error("crashed")) : Promise.resolve("charged"),
  });
  await assert.rejects(charge(), /crashed/);
  assert.deepEqual(types(), ["PaymentRequested"]);
  await assert.rejects(charge(), /crashed/);
  assert.deepEqual(types(), ["PaymentRequested", "PaymentOutcomeUnknown"]);
  await charge();
  assert.deepEqual(types(), ["PaymentRequested", "PaymentOutcomeUnknown", "PaymentCharged"]);
});

Deno.test("the command that comes twice at once is charged once", async () => {
  const { charge, types } = desk({});
  await Promise.all([charge(), charge(), charge()]);
  assert.deepEqual(types(), ["PaymentRequested", "PaymentCharged"]);
});

Deno.test("a charge is refunded once, however often the command comes", async () => {
  const { charge, refund, calls, types } = desk({});
  await charge();
  await refund();
  await refund();
  assert.deepEqual(types(), ["PaymentRequested", "PaymentCharged", "PaymentRefunded"]);
  assert.deepEqual(calls, ["charge", "refund"]);
});

Deno.test("a refund that the provider could not make is made when the command comes again", async () => {
  let attempts = 0;
  const { charge, refund, types } = desk({
    refund: () => ++attempts === 1 ? unavailable() : Promise.resolve(),
  });
  await charge();
  await assert.rejects(refund(), Unavailable);
  assert.equal(types().at(-1), "PaymentCharged");
  await refund();
  assert.equal(types().at(-1), "PaymentRefunded");
});
