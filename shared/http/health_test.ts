import { deepEqual, equal, match } from "node:assert/strict";
import { Hono } from "hono";
import type { HealthCheck } from "@headwater/core";
import { addHealthRoutes } from "./health.ts";
import type { CheckOutcome, KnownHealth } from "./health_watch.ts";

/** Health as it is told to be. */
function setUp(...known: KnownHealth[]) {
  const app = new Hono();
  const leaving = new AbortController();
  const asked = Promise.withResolvers<void>();
  const health = { known: () => known, asked: asked.promise };
  addHealthRoutes(app, { name: "order", health, leaving: leaving.signal });
  async function ask(path: string) {
    const response = await app.request(path);
    equal(response.headers.get("Content-Type"), "application/health+json");
    return { status: response.status, body: await response.json() };
  }
  return { known, ask, leaving, asked };
}

const outcome: CheckOutcome = { askedAt: Date.UTC(2026, 0, 1), tookMs: 7 };
const time = "2026-01-01T00:00:00.000Z";

function about(name: string, more: Partial<HealthCheck> = {}): HealthCheck {
  return {
    name,
    check() {
      throw new Error("a probe asks nobody");
    },
    ...more,
  };
}

function well(name: string, more: Partial<HealthCheck> = {}): KnownHealth {
  return { check: about(name, more), outcome, isBad: false, hasPassed: true };
}

function bad(name: string, more: Partial<HealthCheck> = {}): KnownHealth {
  return { ...well(name, more), outcome: { ...outcome, failure: "gone" }, isBad: true };
}

Deno.test("a process that turns is live, whatever its dependencies do and before anything is known", async () => {
  const { ask } = setUp(bad("postgres", { gates: true }));
  deepEqual(await ask("/health/live"), {
    status: 200,
    body: { status: "pass", checks: {}, serviceId: "order" },
  });
});

Deno.test("it is ready when every check passes, and says when and how", async () => {
  const seenAt = outcome.askedAt - 1_500;
  const { ask } = setUp(well("event-log"), {
    ...well("postgres", { affects: ["/api/orders"] }),
    outcome: { ...outcome, seenAt },
  });
  const { status, body } = await ask("/health/ready");
  deepEqual([status, body.status], [200, "pass"]);
  deepEqual(body.checks, {
    "event-log": [{ status: "pass", time, observedValue: 7, observedUnit: "ms" }],
    postgres: [{
      ...{ status: "pass", time: "2025-12-31T23:59:58.500Z" },
      ...{ observedValue: 1_500, observedUnit: "ms" },
    }],
  });
});

Deno.test("what there is to see of a check is shown beside how it went", async () => {
  const { ask } = setUp(well("caches", { observe: () => ({ bytes: 7, limitBytes: 10 }) }));
  const { body } = await ask("/health/ready");
  deepEqual(body.checks.caches[0].details, { bytes: 7, limitBytes: 10 });
});

Deno.test("what a process needs and does not have is a warning that says why and what is missed, beside what passes", async () => {
  const affects = ["/api/orders", "/api/orders/{id}"];
  const { ask } = setUp(bad("postgres", { affects }), well("event-log"));
  const { status, body } = await ask("/health/ready");
  deepEqual([status, body.status], [200, "warn"]);
  const [{ status: found, output, affectedEndpoints }] = body.checks.postgres;
  deepEqual([found, output, affectedEndpoints], ["warn", "gone", affects]);
  equal(body.checks["event-log"][0].status, "pass");
});

Deno.test("what gates and is bad, or not known yet, takes the process out of rotation", async () => {
  const unknown = { ...well("disk", { gates: true }), outcome: undefined, hasPassed: false };
  for (const each of [bad("disk", { gates: true }), unknown]) {
    const { ask } = setUp(well("event-log"), each, bad("postgres"));
    const { status, body } = await ask("/health/ready");
    deepEqual([status, body.status, body.checks.disk[0].status], [503, "fail", "fail"]);
  }
  const { ask } = setUp(well("disk", { gates: true }));
  equal((await ask("/health/ready")).status, 200);
});

Deno.test("what gates and wants an operator is a warning all the same", async () => {
  const { ask } = setUp({
    ...well("disk", { gates: true }),
    outcome: { ...outcome, warning: "nearly full" },
  });
  const { status, body } = await ask("/health/ready");
  deepEqual([status, body.status, body.checks.disk[0].output], [200, "warn", "nearly full"]);
});

Deno.test("a check that is slow to pass is a warning", async () => {
  const { ask } = setUp({ ...well("slow"), outcome: { ...outcome, tookMs: 900 } });
  const { status, body } = await ask("/health/ready");
  deepEqual([status, body.status, body.checks.slow[0].output], [200, "warn", undefined]);
});

Deno.test("a process that leaves is live and not ready, whatever is known", async () => {
  const { ask, leaving } = setUp(well("postgres"));
  equal((await ask("/health/ready")).status, 200);
  leaving.abort();
  const { status, body } = await ask("/health/ready");
  deepEqual([status, body.status], [503, "fail"]);
  match(body.checks.leaving[0].output, /leaving/);
  equal((await ask("/health/live")).status, 200);
});

Deno.test("the start waits until each check was asked, and is over once each has passed", async () => {
  const warned = { ...well("read-model"), outcome: { ...outcome, warning: "2 keys are parked" } };
  const { known, ask, asked } = setUp(warned, { ...bad("event-log"), hasPassed: false });
  let isAnswered = false;
  const first = ask("/health/startup").finally(() => isAnswered = true);
  await ask("/health/ready");
  equal(isAnswered, false);
  asked.resolve();
  const { status, body } = await first;
  deepEqual([status, body.status, body.checks["event-log"][0].output], [503, "fail", "gone"]);
  // It was there once: what is wrong now is no matter of the start
  known[1] = bad("event-log", { gates: true });
  const started = await ask("/health/startup");
  deepEqual([started.status, started.body.status], [200, "warn"]);
});

Deno.test("it has started whether other processes are there or not", async () => {
  const { ask, asked } = setUp(well("postgres"), {
    ...bad("service:payment", { ofOthers: true }),
    hasPassed: false,
  });
  asked.resolve();
  equal((await ask("/health/startup")).status, 200);
});
