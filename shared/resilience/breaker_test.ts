import { equal, ok, rejects } from "node:assert/strict";
import { DeadlineExceeded, Unavailable } from "@headwater/core";
import { manualClock } from "@headwater/testing";
import { createBreaker } from "./breaker.ts";
import { isFailureOfService } from "./retry.ts";

function setUp() {
  const clock = manualClock();
  const breaker = createBreaker("payment", {
    failureRatio: 0.5,
    minimumCalls: 4,
    windowMs: 10_000,
    openMs: 5_000,
    clock,
    probeMs: 3_000,
    weightOf(error) {
      if (!isFailureOfService(error)) return 0;
      return error instanceof DeadlineExceeded ? 2 : 1;
    },
  });
  async function answer(status: number, times = 1): Promise<void> {
    for (let time = 0; time < times; time++) {
      const { promise, resolve } = Promise.withResolvers<Response>();
      resolve(new Response(null, { status }));
      equal((await breaker.execute(() => promise)).status, status);
    }
  }
  async function fail(error: Error, times = 1): Promise<void> {
    for (let time = 0; time < times; time++) {
      await rejects(breaker.execute(() => Promise.reject(error)), (thrown) => thrown === error);
    }
  }
  async function refused(retryAfter: number): Promise<void> {
    await rejects(breaker.execute(() => Promise.reject(new Error("was called"))), (error) => {
      ok(error instanceof Unavailable);
      equal(error.code, "circuit-open");
      equal(error.retryAfter, retryAfter);
      return true;
    });
  }
  return { clock, breaker, answer, fail, refused };
}

const down = new Unavailable("down");

Deno.test("a service that keeps failing is left alone, and who asks learns for how long", async () => {
  const { clock, breaker, fail, refused } = setUp();
  await fail(down, 4);
  equal(breaker.state(), "open");
  await refused(5);
  await clock.advance(1_500);
  await refused(4);
});

Deno.test("answers below 500 never open it, whatever they say", async () => {
  const { breaker, answer } = setUp();
  await answer(409, 50);
  await answer(404, 50);
  equal(breaker.state(), "closed");
});

Deno.test("answers of 500 count as failures", async () => {
  const { breaker, answer } = setUp();
  await answer(500, 4);
  equal(breaker.state(), "open");
});

/** What says nothing of the service's own being. */
const nothing = [
  ["a read model that is behind", new Unavailable("behind", { code: "read-model-behind" })],
  ["one that is being filled", new Unavailable("filling", { code: "read-model-rebuilding" })],
  ["a service that has too much to do", new Unavailable("busy", { code: "overloaded" })],
  ["a caller that hangs up", new DOMException("gone", "AbortError")],
] as const;

for (const [what, error] of nothing) {
  Deno.test(`${what} does not count`, async () => {
    const { breaker, fail } = setUp();
    await fail(error, 20);
    equal(breaker.state(), "closed");
  });

  Deno.test(`for a probe, ${what} proves nothing: it neither closes nor re-opens, and the next one may try`, async () => {
    const { clock, breaker, fail, answer } = setUp();
    await fail(down, 4);
    await clock.advance(5_000);
    await fail(error, 2);
    equal(breaker.state(), "half-open");
    await answer(200);
    equal(breaker.state(), "closed");
  });
}

Deno.test("a probe that does not end keeps its place for a while only", async () => {
  const { clock, breaker, fail, refused, answer } = setUp();
  await fail(down, 4);
  await clock.advance(5_000);
  const probe = Promise.withResolvers<Response>();
  const probing = breaker.execute(() => probe.promise);
  await clock.advance(2_999);
  await refused(1);
  await clock.advance(1);
  await answer(200);
  equal(breaker.state(), "closed");
  probe.reject(down);
  await rejects(probing, Unavailable);
  equal(breaker.state(), "closed");
});

Deno.test("what was called before the circuit opened says nothing of the time after", async () => {
  const { clock, breaker, fail } = setUp();
  const [early, late] = [Promise.withResolvers<Response>(), Promise.withResolvers<Response>()];
  const calls = [early, late].map(({ promise }) => breaker.execute(() => promise));
  await fail(down, 4);
  early.resolve(new Response());
  await calls[0];
  equal(breaker.state(), "open");
  await clock.advance(5_000);
  late.reject(down);
  await rejects(calls[1]!, Unavailable);
  equal(breaker.state(), "half-open");
});

Deno.test("a failure that weighs more opens it after fewer calls, but never where most of them work", async () => {
  const { breaker, fail, answer } = setUp();
  const late = new DeadlineExceeded("late");
  await answer(200, 3);
  await fail(late, 3);
  equal(breaker.state(), "closed");
  await fail(late);
  equal(breaker.state(), "open");
  const fresh = setUp();
  await fresh.fail(late);
  equal(fresh.breaker.state(), "closed");
  await fresh.fail(late);
  equal(fresh.breaker.state(), "open");
});

Deno.test("half of the calls may fail", async () => {
  const { breaker, answer, fail } = setUp();
  for (let round = 0; round < 10; round++) {
    await answer(200);
    await fail(down);
  }
  equal(breaker.state(), "closed");
  await fail(down);
  equal(breaker.state(), "open");
});

Deno.test("failures from before a quiet time are forgotten", async () => {
  const { clock, breaker, fail } = setUp();
  await fail(down, 3);
  await clock.advance(10_000);
  await fail(down, 3);
  equal(breaker.state(), "closed");
});

Deno.test("after its pause one call goes through, others are refused until it is answered", async () => {
  const { clock, breaker, fail, refused } = setUp();
  await fail(down, 4);
  await clock.advance(5_000);
  const probe = Promise.withResolvers<Response>();
  const probing = breaker.execute(() => probe.promise);
  equal(breaker.state(), "half-open");
  await refused(1);
  probe.resolve(new Response());
  await probing;
  equal(breaker.state(), "closed");
});

Deno.test("a probe that fails opens it for another pause", async () => {
  const { clock, breaker, fail, refused } = setUp();
  await fail(down, 4);
  await clock.advance(5_000);
  await fail(down);
  equal(breaker.state(), "open");
  await refused(5);
});

Deno.test("once closed again it starts with a clean slate", async () => {
  const { clock, breaker, answer, fail } = setUp();
  await fail(down, 4);
  await clock.advance(5_000);
  await answer(204);
  await fail(down, 2);
  equal(breaker.state(), "closed");
});

Deno.test("who gave a call less time than others proves nothing by its being late", async () => {
  const { breaker } = setUp();
  const late = new DeadlineExceeded("late");
  async function fail(error: Error, options: Parameters<typeof breaker.execute>[1]) {
    await rejects(
      breaker.execute(() => Promise.reject(error), options),
      (given) => given === error,
    );
  }
  for (let call = 0; call < 20; call++) await fail(late, { countsWhenLate: () => false });
  equal(breaker.state(), "closed");
  for (let call = 0; call < 2; call++) await fail(late, { countsWhenLate: () => true });
  equal(breaker.state(), "open");
});
