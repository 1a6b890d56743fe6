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
    void(paymentId, signal) {
      calls.push("void");
      return answers.void?.(paymentId, signal) ?? Promise.resolve("voided");
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
    void: () => Promise.resolve("charged"),
  });
  await charge();
  assert.deepEqual(calls, ["charge", "charge", "charge", "charge", "charge", "void"]);
  assert.equal(types().at(-1), "PaymentCharged");
});

Deno.test("a payment is not given up while the provider may still charge it", async () => {
  for (const answer of [unavailable, (_: string, signal: AbortSignal) => silence(signal)]) {
    const { charge, types } = desk({ charge: unavailable, void: answer });
    await assert.rejects(charge(), Unavailable);
    assert.equal(types().includes("PaymentDeclined"), false);
  }
});

Deno.test("a payment without an answer stays unknown until the provider says what became of it", async () => {
  for (const answer of [unavailable, (_: string, signal: AbortSignal) => silence(signal)]) {
    const { charge, types } = desk({
      charge: (_charge, signal) => silence(signal),
      find: answer,
    });
    await assert.rejects(charge(), Unavailable);
    await assert.rejects(charge(), Unavailable);
    assert.deepEqual(types(), ["PaymentRequested", "PaymentOutcomeUnknown"]);
  }
});

Deno.test("a provider that never answers is given up once the charge is void", async () => {
  const { charge, calls, types } = desk({ charge: (_charge, signal) => silence(signal) });
  await charge();
  assert.equal(calls.filter((call) => call === "charge").length, 6);
  assert.equal(calls.at(-1), "void");
  assert.equal(types().at(-1), "PaymentDeclined");
});

Deno.test("a charge that is booked after its time is over is found, not declined", async () => {
  let asked = 0;
  const { charge, types } = desk({
    charge: (_charge, signal) => silence(signal),
    find: () => Promise.resolve(++asked === 3 ? "charged" : undefined),
  });
  await charge();
  assert.deepEqual(types(), [
    "PaymentRequested",
    "PaymentOutcomeUnknown",
    "PaymentAttemptFailed",
    "PaymentAttemptFailed",
    "PaymentCharged",
  ]);
});

Deno.test("a charge that comes to light after the payment was given up is refunded", async () => {
  const late = Promise.withResolvers<ChargeAnswer>();
  let charges = 0;
  const { charge, calls, types } = desk({
    charge: () => ++charges === 1 ? late.promise : unavailable(),
  });
  const slow = charge();
  await charge();
  assert.equal(types().at(-1), "PaymentDeclined");
  late.resolve(charged);
  await slow;
  assert.deepEqual(types().slice(-3), ["PaymentDeclined", "PaymentCharged", "PaymentRefunded"]);
  assert.equal(calls.at(-1), "refund");
});

Deno.test("a refund of what nobody waits for is made when the command comes again", async () => {
  const late = Promise.withResolvers<ChargeAnswer>();
  let charges = 0, refunds = 0;
  const { charge, types } = desk({
    charge: () => ++charges === 1 ? late.promise : unavailable(),
    refund: () => ++refunds === 1 ? unavailable() : Promise.resolve(),
  });
  const slow = charge();
  await charge();
  late.resolve(charged);
  await assert.rejects(slow, Unavailable);
  assert.equal(types().at(-1), "PaymentCharged");
  await charge();
  await charge();
  assert.equal(types().at(-1), "PaymentRefunded");
  assert.equal(refunds, 2);
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

Deno.test("a payment without an outcome that is to be refunded is void, or was charged and is refunded", async () => {
  for (const ended of ["voided", "charged"] as const) {
    const { charge, refund, types } = desk({
      charge: (_, signal) => silence(signal),
      find: unavailable,
      void: () => Promise.resolve(ended),
    });
    await assert.rejects(charge(), Unavailable);
    assert.deepEqual(types(), ["PaymentRequested", "PaymentOutcomeUnknown"]);
    if (ended === "voided") await assert.rejects(refund(), { code: "payment-not-charged" });
    else await refund();
    const then = ended === "voided" ? ["PaymentDeclined"] : ["PaymentCharged", "PaymentRefunded"];
    assert.deepEqual(types().slice(2), then);
  }
});
