import { equal, rejects } from "node:assert/strict";
import { DeadlineExceeded, Unavailable } from "@headwater/core";
import { breakerBed, down } from "./testing/breaker_bed.ts";

Deno.test("it opens with the twentieth call of 10 seconds, when half of them have failed", async () => {
  const { breaker, answer, fail, refused } = breakerBed();
  await answer(200, 10);
  await fail(down, 9);
  equal(breaker.state(), "closed");
  await fail();
  equal(breaker.state(), "open");
  await refused(5);
});

Deno.test("as long as fewer than half fail it stays closed, however many those are", async () => {
  const { breaker, answer, fail } = breakerBed();
  for (let round = 0; round < 50; round++) {
    await answer(200, 2);
    await fail();
  }
  equal(breaker.state(), "closed");
});

for (const status of [500, 502, 503, 504]) {
  Deno.test(`answers of ${status} count as failures`, async () => {
    const { breaker, answer } = breakerBed();
    await answer(status, 20);
    equal(breaker.state(), "open");
  });
}

Deno.test("what comes of a command that was sent without a request counts by its status, too", async () => {
  for (const [status, state] of [[500, "open"], [409, "closed"]] as const) {
    const { breaker } = breakerBed();
    const refused = { isTaken: false, status, code: "no", detail: "no", isProblem: true };
    for (let call = 0; call < 20; call++) await breaker.execute(() => Promise.resolve(refused));
    equal(breaker.state(), state);
  }
});

Deno.test("that somebody asks too often keeps nobody else from asking, unless all of us are meant", async () => {
  for (const [throttledFails, state] of [[false, "closed"], [true, "open"]] as const) {
    const { breaker, answer } = breakerBed({ throttledFails });
    await answer(429, 20);
    equal(breaker.state(), state);
  }
});

Deno.test("a 429 proves nothing to who wants to see: its place is another's", async () => {
  const { clock, breaker, answer, fail } = breakerBed();
  await fail(down, 20);
  clock.advance(5_000);
  await answer(429, 10);
  equal(breaker.state(), "half-open");
  await answer(200, 4);
  equal(breaker.state(), "closed");
});

Deno.test("other answers never open it, whatever they say", async () => {
  const { breaker, answer } = breakerBed();
  for (const status of [200, 301, 400, 401, 404, 408, 409, 422, 501]) await answer(status, 20);
  equal(breaker.state(), "closed");
});

Deno.test("an answer that took longer than a second counts as failed, if that is not switched off", async () => {
  for (
    const [settings, tookMs, state] of [
      [{}, 1_000, "closed"],
      [{}, 1_001, "open"],
      [{ slowMs: 1_500 }, 1_500, "closed"],
      [{ slowMs: 1_500 }, 1_501, "open"],
      [{ slowMs: false }, 60_000, "closed"],
    ] as const
  ) {
    const { clock, breaker, begin } = breakerBed(settings);
    const calls = begin(20);
    clock.advance(tookMs);
    for (const call of calls) await call.works();
    equal(breaker.state(), state, JSON.stringify({ settings, tookMs }));
  }
});

Deno.test("what waits at the target because it wants to is not slow by that", async () => {
  const { clock, breaker } = breakerBed();
  for (const [tookMs, state] of [[3_000, "closed"], [3_001, "open"]] as const) {
    const calls = Array.from({ length: 20 }, () => {
      const { promise, resolve } = Promise.withResolvers<Response>();
      return { resolve, ended: breaker.execute(() => promise, { waitsMs: 2_000 }) };
    });
    clock.advance(tookMs);
    for (const { resolve, ended } of calls) {
      resolve(new Response());
      await ended;
    }
    equal(breaker.state(), state);
  }
});

Deno.test("failures are counted for 10 seconds, in ten parts", async () => {
  const { clock, breaker, fail } = breakerBed();
  await fail(down, 10);
  clock.advance(9_999);
  await fail(down, 9);
  clock.advance(1);
  await fail(down, 10);
  equal(breaker.state(), "closed");
  await fail();
  equal(breaker.state(), "open");
});

/** What says nothing of the target's own being. */
const nothing = [
  ["a read model that is behind", new Unavailable("behind", { code: "read-model-behind" })],
  ["one that is not there", new Unavailable("gone", { code: "read-model-unavailable" })],
  ["one that is being filled", new Unavailable("filling", { code: "read-model-rebuilding" })],
  ["a service that has too much to do", new Unavailable("busy", { code: "overloaded" })],
  ["a caller that hangs up", new DOMException("gone", "AbortError")],
  ["a bug", new TypeError("no such thing")],
] as const;

for (const [what, error] of nothing) {
  Deno.test(`${what} is neither success nor failure, and leaves the place of a probe to another`, async () => {
    const { clock, breaker, fail, begin, refused } = breakerBed();
    await fail(error, 100);
    equal(breaker.state(), "closed");
    await fail(down, 20);
    clock.advance(5_000);
    await fail(error, 100);
    equal(breaker.state(), "half-open");
    const probes = begin(5);
    await refused(1);
    for (const probe of probes.slice(0, 4)) await probe.works();
    equal(breaker.state(), "closed");
  });
}

Deno.test("when the caller has gone, whatever came of it proves nothing", async () => {
  const caller = new AbortController();
  const { clock, breaker, fail, begin, refused } = breakerBed();
  const calls = begin(30, caller.signal);
  caller.abort();
  for (const call of calls) await call.fails(new DeadlineExceeded("late"));
  equal(breaker.state(), "closed");
  await fail(down, 20);
  clock.advance(5_000);
  const probes = begin(5, caller.signal);
  await refused(1);
  for (const probe of probes) await probe.fails();
  for (const probe of begin(4)) await probe.works();
  equal(breaker.state(), "closed");
});

Deno.test("who gave a call less time than others proves nothing by its being late", async () => {
  const { breaker } = breakerBed();
  const late = new DeadlineExceeded("late");
  async function fail(times: number, countsWhenLate: () => boolean): Promise<void> {
    for (let call = 0; call < times; call++) {
      await rejects(breaker.execute(() => Promise.reject(late), { countsWhenLate }), late);
    }
  }
  await fail(100, () => false);
  equal(breaker.state(), "closed");
  await fail(20, () => true);
  equal(breaker.state(), "open");
});

Deno.test("an operator has all calls refused, whatever comes of those under way, until it is released", async () => {
  const { clock, breaker, answer, fail, begin, refused } = breakerBed();
  const early = begin(40);
  breaker.isolate();
  equal(breaker.state(), "isolated");
  await refused(60);
  clock.advance(1_000_000);
  await refused(60);
  for (const call of early.splice(0, 20)) await call.works();
  equal(breaker.state(), "isolated");
  breaker.isolate();
  breaker.release();
  equal(breaker.state(), "closed");
  for (const call of early) await call.fails();
  await answer(200);
  await fail(down, 19);
  breaker.release();
  equal(breaker.state(), "open");
});

Deno.test("one that is off opens by no failure, and is isolated all the same", async () => {
  const { breaker, fail, refused } = breakerBed({ isOn: false });
  await fail(down, 1_000);
  equal(breaker.state(), "closed");
  breaker.isolate();
  await refused(60);
});
