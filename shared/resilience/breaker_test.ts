import { equal, ok, rejects } from "node:assert/strict";
import { Unavailable } from "@headwater/core";
import { manualClock } from "@headwater/testing";
import { createBreaker } from "./breaker.ts";
import { isFailureOfMachine } from "./retry.ts";

function setUp() {
  const clock = manualClock();
  const breaker = createBreaker("payment", {
    failureRatio: 0.5,
    minimumCalls: 4,
    windowMs: 10_000,
    openMs: 5_000,
    clock,
    isFailure: isFailureOfMachine,
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

Deno.test("a read model that is behind and a caller that hangs up do not count", async () => {
  const { breaker, fail } = setUp();
  await fail(new Unavailable("behind", { code: "read-model-behind" }), 20);
  await fail(new DOMException("gone", "AbortError"), 20);
  equal(breaker.state(), "closed");
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

Deno.test("a probe whose caller hangs up proves nothing: it stays open", async () => {
  const { clock, breaker, fail } = setUp();
  await fail(down, 4);
  await clock.advance(5_000);
  await fail(new DOMException("gone", "AbortError"));
  equal(breaker.state(), "open");
});

Deno.test("once closed again it starts with a clean slate", async () => {
  const { clock, breaker, answer, fail } = setUp();
  await fail(down, 4);
  await clock.advance(5_000);
  await answer(204);
  await fail(down, 2);
  equal(breaker.state(), "closed");
});
