import assert from "node:assert/strict";
import { backOffMs, pause } from "./back_off.ts";

Deno.test("pauses grow to five seconds, anywhere below", () => {
  const longest = [1, 2, 3, 4, 5, 6, 7, 1_000].map((attempt) => backOffMs(attempt, () => 1));
  assert.deepEqual(longest, [200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000]);
  assert.equal(backOffMs(1_000, () => 0), 20);
});

Deno.test("a pause ends early when it is told to", async () => {
  const given = new AbortController();
  const pausing = pause(60_000, given.signal);
  given.abort();
  await pausing;
  await pause(60_000, given.signal);
});
