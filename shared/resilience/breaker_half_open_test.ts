import { deepEqual, equal, ok } from "node:assert/strict";
import { Unavailable } from "@headwater/core";
import { breakerBed, down } from "./testing/breaker_bed.ts";

Deno.test("of a thousand who call at once when it is half-open five get through, and 995 learn at once that they may not", async () => {
  const { clock, breaker, fail } = breakerBed();
  await fail(down, 20);
  clock.advance(5_000);
  const there = Promise.withResolvers<Response>();
  let called = 0;
  const refusals: unknown[] = [];
  const calls = Array.from({ length: 1_000 }, () =>
    breaker.execute(() => {
      called++;
      return there.promise;
    }).catch((error) => refusals.push(error)));
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  deepEqual([called, refusals.length], [5, 995]);
  for (const error of refusals) ok(error instanceof Unavailable && error.retryAfter === 1);
  there.resolve(new Response());
  await Promise.all(calls);
  equal(breaker.state(), "closed");
});

Deno.test("of the probes one may fail, wherever it stands among them", async () => {
  for (let failing = 0; failing < 5; failing++) {
    const { clock, breaker, fail, begin } = breakerBed();
    await fail(down, 20);
    clock.advance(5_000);
    for (const [index, probe] of begin(5).entries()) {
      await (index === failing ? probe.fails() : probe.works());
    }
    equal(breaker.state(), "closed", `${failing}`);
  }
});

Deno.test("the second probe that fails opens it at once, and what the others say does not matter any more", async () => {
  const { clock, breaker, fail, begin, refused } = breakerBed();
  await fail(down, 20);
  clock.advance(5_000);
  const [first, second, ...others] = begin(5);
  await first!.fails();
  equal(breaker.state(), "half-open");
  await second!.fails();
  equal(breaker.state(), "open");
  await refused(10);
  for (const other of others) await other.works();
  equal(breaker.state(), "open");
});

Deno.test("it stays open twice as long each time, up to a minute, and 5 seconds again once it has closed", async () => {
  const { clock, breaker, answer, fail, refused } = breakerBed();
  await fail(down, 20);
  for (const seconds of [5, 10, 20, 40, 60, 60]) {
    await refused(seconds);
    clock.advance(seconds * 1_000 - 1);
    await refused(1);
    clock.advance(1);
    equal(breaker.state(), "half-open");
    await fail(down, 2);
  }
  clock.advance(60_000);
  await answer(200, 4);
  equal(breaker.state(), "closed");
  await fail(down, 20);
  await refused(5);
});

Deno.test("chance moves the end of an opening by a fifth, either way", async () => {
  for (
    const [chance, ms] of [[0, 4_000], [0.25, 4_500], [0.5, 5_000], [0.999_999, 6_000]] as const
  ) {
    const { clock, breaker, fail } = breakerBed({ random: () => chance });
    await fail(down, 20);
    clock.advance(ms - 1);
    equal(breaker.state(), "open");
    clock.advance(1);
    equal(breaker.state(), "half-open");
  }
});

Deno.test("probes that hang do not keep it half-open for ever: they have failed", async () => {
  const { clock, breaker, fail, begin, refused } = breakerBed();
  await fail(down, 20);
  clock.advance(5_000);
  const stuck = begin(5);
  clock.advance(1_999);
  await refused(1);
  clock.advance(1);
  await refused(10);
  equal(breaker.state(), "open");
  clock.advance(10_000);
  for (const probe of stuck) await probe.works();
  equal(breaker.state(), "half-open");
});

Deno.test("a probe that hangs, with others that work, does not matter", async () => {
  const { clock, breaker, fail, begin } = breakerBed();
  await fail(down, 20);
  clock.advance(5_000);
  const [_stuck, ...others] = begin(5);
  for (const other of others) await other.works();
  equal(breaker.state(), "closed");
});

Deno.test("what was called before it opened says nothing of the time after, nor what was before it closed", async () => {
  const { clock, breaker, answer, fail, begin } = breakerBed();
  const early = begin(100);
  await fail(down, 20);
  await early.pop()!.works();
  equal(breaker.state(), "open");
  clock.advance(5_000);
  for (let call = 0; call < 10; call++) await early.pop()!.fails();
  for (let call = 0; call < 10; call++) await early.pop()!.works();
  equal(breaker.state(), "half-open");
  await answer(200, 4);
  for (const call of early) await call.fails();
  equal(breaker.state(), "closed");
});

Deno.test("once closed again it starts with a clean slate", async () => {
  const { clock, breaker, answer, fail } = breakerBed();
  await fail(down, 20);
  clock.advance(5_000);
  await answer(204, 4);
  await fail(down, 19);
  equal(breaker.state(), "closed");
});
