import assert from "node:assert/strict";
import { ReplayMeter } from "./replay_meter.ts";

Deno.test("a rebuild's speed and what is left of it", () => {
  let now = 1_000;
  const meter = new ReplayMeter({ target: 4_000, now: () => now });
  assert.deepEqual([meter.secondsLeft, meter.isDue()], [1, false]);
  now += 2_000;
  meter.count(500, 1_000);
  assert.deepEqual(meter.progress, { replayed: 1_000, target: 4_000, eventsPerSecond: 250 });
  assert.deepEqual([meter.secondsLeft, meter.isDue(), meter.isDue()], [6, true, false]);
  now += 1_000_000;
  assert.equal(meter.secondsLeft, 60);
  assert.deepEqual([meter.reached(3_999), meter.reached(4_000)], [false, true]);
});
