import assert from "node:assert/strict";
import fc from "fast-check";
import { contradictionsIn } from "./contradictions.ts";
import { clientTestBed } from "./testing/client_test_bed.ts";
import { type ResilienceSettings, settingsSchema } from "./resilience_settings.ts";
import { settingsByTarget, SettingsRefused, type SomeSettings } from "./settings_by_target.ts";

function problemsOf(...args: Parameters<typeof settingsByTarget>): readonly string[] {
  try {
    settingsByTarget(...args);
  } catch (error) {
    assert.ok(error instanceof SettingsRefused, String(error));
    assert.equal(error.message, error.problems.join("; "));
    return error.problems;
  }
  return [];
}

Deno.test("where nobody says anything, every target has the usual numbers, which do not contradict each other", () => {
  const usual = settingsSchema.parse({});
  assert.deepEqual(settingsByTarget([])("payment"), usual);
  assert.deepEqual(contradictionsIn(usual), []);
});

Deno.test("later layers count before earlier ones, and what is said of one target before what is said of all", () => {
  const of = settingsByTarget([
    { all: { tryMs: 1_500 }, targets: { payment: { tryMs: 1_200, breaker: { openMs: 7_000 } } } },
    { all: { totalMs: 5_000 }, targets: { payment: { breaker: { minimumCalls: 30 } } } },
  ]);
  const { tryMs, totalMs, breaker } = of("payment");
  assert.deepEqual([tryMs, totalMs], [1_200, 5_000]);
  assert.deepEqual([breaker.openMs, breaker.minimumCalls, breaker.probes], [7_000, 30, 5]);
  assert.deepEqual([of("order").tryMs, of("order").breaker.openMs], [1_500, 5_000]);
});

/** What cannot work, and what is said about it. */
const impossible: readonly (readonly [SomeSettings, string])[] = [
  [{ tryMs: 7_000 }, "tryMs is 7000, allowed: at most totalMs, 6000: no try would get so long"],
  [
    { retry: { longestPauseMs: 6_000 } },
    "retry.longestPauseMs is 6000, allowed: less than totalMs, 6000: nothing would be tried after such a pause",
  ],
  [
    { retry: { shortestPauseMs: 3_000 } },
    "retry.longestPauseMs is 2000, allowed: at least retry.shortestPauseMs, 3000 and retry.throttledPauseMs, 500: pauses only grow",
  ],
  [
    { retry: { budgetShare: 0, leastBudget: 0 } },
    "retry.leastBudget is 0, allowed: at least 1, or a retry.budgetShare: nothing would be repeated or hedged",
  ],
  [
    { hedge: { isOn: true, leastMs: 2_000 } },
    "hedge.leastMs is 2000, allowed: less than tryMs, 2000: the try is over by then",
  ],
  [
    { bulkhead: { leastRunning: 65 } },
    "bulkhead.leastRunning is 65, allowed: at most bulkhead.running, 64",
  ],
  [
    { tryMs: 5_000 },
    "breaker.minimumCalls is 20, allowed: at most 14: by bulkhead.leastRunning, 8, no more calls of tryMs, 5000, run out of time within breaker.windowMs",
  ],
  [
    { breaker: { probes: 9 } },
    "breaker.probes is 9, allowed: at most bulkhead.leastRunning, 8: some would wait for places, and all callers with them",
  ],
  [
    { breaker: { failureRatio: 0 } },
    "breaker.failureRatio is 0, allowed: more than 0: it would open without a failure",
  ],
  [
    { breaker: { openMs: 61_000 } },
    "breaker.openMs is 61000, allowed: at most breaker.longestOpenMs, 60000",
  ],
  [
    { breaker: { mayFail: 5 } },
    "breaker.mayFail is 5, allowed: less than breaker.probes, 5: it would close however all of them fail",
  ],
];

for (const [settings, problem] of impossible) {
  Deno.test(`refused with the reason: ${problem}`, () => {
    assert.deepEqual(problemsOf([{ all: settings }]), [`all.${problem}`]);
    assert.deepEqual(problemsOf([{ targets: { payment: settings } }]), [
      `targets.payment.${problem}`,
    ]);
  });
}

Deno.test("what a policy that is off would need does not matter", () => {
  const breaker = { isOn: false, probes: 100, mayFail: 100, slowMs: 10_000 };
  const retry = { tries: 1, budgetShare: 0, leastBudget: 0, longestPauseMs: 60_000 };
  assert.deepEqual(problemsOf([{ all: { breaker, retry } }]), []);
});

Deno.test("all that is wrong is said at once, with its place, what stands there, and what is allowed", () => {
  const given = {
    all: { totalMs: 7_000 },
    targets: {
      paymnt: {},
      payment: { tryMs: "1s", breaker: { probes: 1.5, colour: "red", slowMs: true }, retry: 3 },
    },
  };
  assert.deepEqual(problemsOf([given], { targets: ["order", "payment"] }), [
    "targets.paymnt is not known, known: order, payment",
    'targets.payment.tryMs is "1s", allowed: a whole number from 1 to 86400000',
    "targets.payment.retry is 3, allowed: an object",
    "targets.payment.breaker.slowMs is true, allowed: a whole number from 1 to 86400000, or false",
    "targets.payment.breaker.probes is 1.5, allowed: a whole number from 1 to 1000000",
    "targets.payment.breaker.colour is not known",
  ]);
});

Deno.test("whatever stands in a file is either usable or refused with words", () => {
  const text = fc.json().filter((text) => text.length < 1_000);
  fc.assert(fc.property(text, (text) => {
    const given = JSON.parse(text);
    for (const layer of [given, { all: given }, { targets: { payment: given } }]) {
      for (const problem of problemsOf([layer])) assert.ok(problem.length > 10, problem);
    }
  }));
});

Deno.test("numbers that are taken never contradict each other", () => {
  const number = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 100_000 }));
  const settings = fc.record({
    totalMs: number,
    tryMs: number,
    breaker: fc.record({ probes: number, mayFail: number, openMs: number }),
    bulkhead: fc.record({ running: number, leastRunning: number, longestWaitMs: number }),
  });
  fc.assert(fc.property(settings, (all) => {
    let taken: ResilienceSettings;
    try {
      taken = settingsByTarget([{ all }])("payment");
    } catch (error) {
      assert.ok(error instanceof SettingsRefused, String(error));
      return;
    }
    const { totalMs, tryMs, breaker, bulkhead } = taken;
    assert.ok(tryMs <= totalMs);
    assert.ok(breaker.mayFail < breaker.probes && breaker.probes <= bulkhead.leastRunning);
    assert.ok(bulkhead.leastRunning <= bulkhead.running);
  }));
});

Deno.test("a client takes the numbers of each target", async () => {
  const settingsOf = settingsByTarget([{ targets: { payment: { breaker: { minimumCalls: 2 } } } }]);
  const { client } = clientTestBed(() => Promise.resolve(new Response(null, { status: 500 })), {
    settingsOf,
  });
  for (const service of ["payment", "order"]) {
    for (let call = 0; call < 2; call++) {
      await client.call(service, new Request(`http://${service}/x`));
    }
  }
  assert.deepEqual(client.describe().map(({ service, breaker }) => [service, breaker]), [
    ["payment", "open"],
    ["order", "closed"],
  ]);
});
