import assert from "node:assert/strict";
import { realClock } from "./clock.ts";
import { aborted, aboutMs, backOffMs, pause } from "./time.ts";

Deno.test("a pause ends after its time and leaves no timer", async () => {
  const startedAt = realClock.now();
  await pause(5);
  assert.ok(realClock.now() - startedAt >= 4);
});

Deno.test("a pause ends at once when its signal aborts, before or while it lasts", async () => {
  await pause(60_000, { signal: AbortSignal.abort() });
  const given = new AbortController();
  const pausing = pause(60_000, { signal: given.signal });
  given.abort();
  await pausing;
});

Deno.test("those who look every so often do so together, and who looks sooner does not wait for them", () => {
  const at = (now: number) => (ms: number) =>
    now + aboutMs(ms, { clock: { ...realClock, now: () => now } });
  const looks = [1_003, 1_060, 940].map((now) => at(now)(1_000));
  assert.deepEqual(looks, [2_000, 2_000, 2_000]);
  assert.equal(at(1_003)(500), 1_500);
  assert.equal(at(1_130)(1_000), 2_250);
  assert.equal(at(1_003)(200), 1_203);
});

Deno.test("who waits for a signal goes on when it aborts, also when it has already", async () => {
  const given = new AbortController();
  const waiting = aborted(given.signal);
  given.abort();
  await waiting;
  await aborted(given.signal);
});

Deno.test("pauses grow to five seconds, anywhere below", () => {
  const longest = [1, 2, 3, 4, 5, 6, 7, 8, 1_000]
    .map((attempt) => backOffMs(attempt, { random: () => 1 }));
  assert.deepEqual(longest, [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000]);
  assert.equal(backOffMs(1_000, { random: () => 0 }), 20);
});

Deno.test("pauses stay within what they are given", () => {
  const limits = { leastMs: 5, firstMs: 10, longestMs: 100 };
  assert.equal(backOffMs(1, { random: () => 0, ...limits }), 5);
  assert.equal(backOffMs(3, { random: () => 1, ...limits }), 40);
  assert.equal(backOffMs(9, { random: () => 1, ...limits }), 100);
});
