import assert from "node:assert/strict";
import { ConfigError } from "./config.ts";
import { resilienceOf } from "./resilience_file.ts";
import { service } from "./service.ts";

const services = [service({ name: "order" }), service({ name: "payment" })];

async function withFile(text: string, act: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".json" });
  try {
    await Deno.writeTextFile(path, text);
    await act(path);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("a file counts before the application, and that before what is usual", async () => {
  const resilience = {
    all: { tryMs: 1_500 },
    targets: { payment: { totalMs: 20_000, breaker: { openMs: 1_000 } } },
  };
  const text = JSON.stringify({ targets: { payment: { breaker: { openMs: 2_000 } } } });
  await withFile(text, async (path) => {
    const settingsOf = await resilienceOf({ services, resilience }, path);
    const { tryMs, totalMs, breaker: { openMs, probes } } = settingsOf("payment");
    assert.deepEqual([tryMs, totalMs, openMs, probes], [1_500, 20_000, 2_000, 5]);
    assert.equal(settingsOf("order").totalMs, 10_000);
  });
  const settingsOf = await resilienceOf({ services, resilience }, undefined);
  assert.equal(settingsOf("payment").breaker.openMs, 1_000);
});

for (
  const [what, text, said] of [
    ["no JSON", "{", "it cannot be read: .*JSON.*"],
    [
      "an unknown service",
      '{"targets": {"paymnt": {}}}',
      "targets.paymnt is not known, known: order, payment",
    ],
    [
      "numbers that contradict each other",
      '{"targets": {"payment": {"breaker": {"mayFail": 5}}}}',
      "targets.payment.breaker.mayFail is 5, allowed: less than breaker.probes, 5: .*",
    ],
  ] as const
) {
  Deno.test(`a file with ${what} stops the start with the reason`, async () => {
    await withFile(text, async (path) => {
      await assert.rejects(resilienceOf({ services }, path), (error) => {
        assert.ok(error instanceof ConfigError);
        const expected = `^Cannot start: RESILIENCE_FILE is "${path}": ${said}$`;
        assert.match(error.message, new RegExp(expected));
        return true;
      });
    });
  });
}

Deno.test("a file that is not there stops the start", async () => {
  await assert.rejects(resilienceOf({ services }, "/nowhere/calls.json"), ConfigError);
});
