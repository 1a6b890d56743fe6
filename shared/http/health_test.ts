import { deepEqual, equal, match } from "node:assert/strict";
import { Hono } from "hono";
import type { HealthCheck } from "@headwater/core";
import { manualClock } from "@headwater/testing";
import { addHealthRoutes } from "./health.ts";

function setUp(...checks: HealthCheck[]) {
  const clock = manualClock();
  const app = new Hono();
  const leaving = new AbortController();
  addHealthRoutes(app, { name: "order", checks, leaving: leaving.signal, clock });
  async function ask(path: string) {
    const response = await app.request(path);
    equal(response.headers.get("Content-Type"), "application/health+json");
    return { status: response.status, body: await response.json() };
  }
  return { clock, ask, leaving };
}

/** A check that passes or fails as told, and counts how often it is asked. */
function switchable(name: string) {
  const state = { reason: undefined as string | undefined, asked: 0 };
  const check: HealthCheck = {
    name,
    check() {
      state.asked++;
      return state.reason === undefined
        ? Promise.resolve()
        : Promise.reject(new Error(state.reason));
    },
  };
  return { state, check };
}

Deno.test("a process that turns is live, whatever its dependencies do", async () => {
  const { state, check } = switchable("postgres");
  state.reason = "gone";
  const { ask } = setUp(check);
  deepEqual(await ask("/health/live"), {
    status: 200,
    body: { status: "pass", checks: {}, serviceId: "order" },
  });
  equal(state.asked, 0);
});

Deno.test("it is ready when every check passes", async () => {
  const { ask } = setUp(switchable("postgres").check, switchable("event-log").check);
  const { status, body } = await ask("/health/ready");
  equal(status, 200);
  equal(body.status, "pass");
  deepEqual(Object.keys(body.checks), ["postgres", "event-log"]);
});

Deno.test("what there is to see of a check is shown beside how it went", async () => {
  const { check } = switchable("caches");
  const { ask } = setUp({ ...check, observe: () => ({ bytes: 7, limitBytes: 10 }) });
  const { body } = await ask("/health/ready");
  equal(body.checks.caches[0].status, "pass");
  deepEqual(body.checks.caches[0].details, { bytes: 7, limitBytes: 10 });
});

Deno.test("what a process needs and does not have is a warning that says why, beside what passes", async () => {
  const postgres = switchable("postgres");
  postgres.state.reason = "connection refused";
  const { ask } = setUp(postgres.check, switchable("event-log").check);
  const { status, body } = await ask("/health/ready");
  equal(status, 200);
  equal(body.status, "warn");
  equal(body.checks.postgres[0].status, "warn");
  equal(body.checks.postgres[0].output, "connection refused");
  equal(body.checks["event-log"][0].status, "pass");
});

Deno.test("what is there and wants an operator is a warning, and has started", async () => {
  const warning = "2 keys are parked";
  const { ask } = setUp({ name: "read-model", check: () => Promise.resolve({ warning }) });
  const { status, body } = await ask("/health/ready");
  deepEqual([status, body.status], [200, "warn"]);
  equal(body.checks["read-model"][0].output, warning);
  equal((await ask("/health/startup")).status, 200);
});

Deno.test("a process that leaves is live and not ready, whatever was seen a moment ago", async () => {
  const { ask, leaving } = setUp(switchable("postgres").check);
  equal((await ask("/health/ready")).status, 200);
  leaving.abort();
  const { status, body } = await ask("/health/ready");
  equal(status, 503);
  equal(body.status, "fail");
  match(body.checks.leaving[0].output, /leaving/);
  equal((await ask("/health/live")).status, 200);
});

Deno.test("a check that throws at once has failed like any other", async () => {
  const { ask } = setUp({
    name: "broken",
    check() {
      throw new Error("no such thing");
    },
  });
  equal((await ask("/health/ready")).body.checks.broken[0].output, "no such thing");
});

for (
  const [what, ofOthers, limitMs] of [["", false, 450], [" of another process", true, 900]] as const
) {
  Deno.test(`a check${what} that hangs is given up within the second of a probe, though it ignores its signal`, async () => {
    let aborted = false;
    const { clock, ask } = setUp({
      name: "slow",
      ofOthers,
      check: (signal) => {
        signal.addEventListener("abort", () => aborted = true);
        return new Promise(() => {});
      },
    });
    const asked = ask("/health/ready");
    await clock.advance(limitMs);
    const { status, body } = await asked;
    equal(status, 200);
    equal(body.checks.slow[0].output, `No answer within ${limitMs} ms`);
    equal(aborted, true);
  });
}

Deno.test("a check that is slow to pass is a warning", async () => {
  const answer = Promise.withResolvers<void>();
  const { clock, ask } = setUp({ name: "slow", check: () => answer.promise });
  const asked = ask("/health/ready");
  await clock.advance(400);
  answer.resolve();
  const { status, body } = await asked;
  equal(status, 200);
  equal(body.status, "warn");
  equal(clock.pending(), 0);
});

Deno.test("a crowd of probes asks each dependency once a second", async () => {
  const { state, check } = switchable("postgres");
  const { clock, ask } = setUp(check);
  await Promise.all(Array.from({ length: 20 }, () => ask("/health/ready")));
  equal(state.asked, 1);
  await clock.advance(999);
  await ask("/health/ready");
  equal(state.asked, 1);
  await clock.advance(1);
  await ask("/health/ready");
  equal(state.asked, 2);
});

Deno.test("it has started once every check has passed, and stays so", async () => {
  const [postgres, log] = [switchable("postgres"), switchable("event-log")];
  log.state.reason = "opening";
  const { clock, ask } = setUp(postgres.check, log.check);
  equal((await ask("/health/startup")).status, 503);
  log.state.reason = undefined;
  postgres.state.reason = "restarting";
  await clock.advance(1_000);
  equal((await ask("/health/startup")).status, 200);
  log.state.reason = "gone";
  await clock.advance(1_000);
  equal((await ask("/health/ready")).body.status, "warn");
  equal((await ask("/health/startup")).status, 200);
});

Deno.test("it has started whether other processes are there or not", async () => {
  const [postgres, payment] = [switchable("postgres"), switchable("service:payment")];
  payment.state.reason = "gone";
  const { ask } = setUp(postgres.check, { ...payment.check, ofOthers: true });
  equal((await ask("/health/startup")).status, 200);
});
