import assert from "node:assert/strict";
import { ConsumerStatistics } from "./consumer_statistics.ts";

Deno.test("Times of acknowledgements are told under the original's names", () => {
  const statistics = new ConsumerStatistics({ tracksLatency: true });
  for (let ms = 100; ms >= 1; ms--) statistics.acknowledged(ms);
  assert.deepEqual(statistics.measurements(), [
    ["Mean", 51],
    ["Median", 50],
    ["Fastest", 1],
    ["Quintile 1", 20],
    ["Quintile 2", 40],
    ["Quintile 3", 60],
    ["Quintile 4", 80],
    ["Quintile 5", 100],
    ["90%", 90],
    ["95%", 95],
    ["99%", 99],
    ["99.5%", 100],
    ["99.9%", 100],
    ["Highest", 100],
  ]);
});

Deno.test("Only the newest times count, however many there were", () => {
  const statistics = new ConsumerStatistics({ tracksLatency: true });
  for (let ms = 0; ms < 10_000; ms++) statistics.acknowledged(ms);
  assert.deepEqual(new Map(statistics.measurements()).get("Fastest"), 9_500);
});

Deno.test("Before the first acknowledgement all times are 0, and where they are not tracked there are none", () => {
  const measured = new ConsumerStatistics({ tracksLatency: true }).measurements();
  assert.ok(measured.every(([, ms]) => ms === 0));
  const untracked = new ConsumerStatistics({ tracksLatency: false });
  untracked.acknowledged(1);
  assert.deepEqual(untracked.measurements(), []);
});

Deno.test("What was sent is counted in all, and since it was last asked for", () => {
  const statistics = new ConsumerStatistics({ tracksLatency: false });
  statistics.sent();
  statistics.sent();
  assert.equal(statistics.takeCount(), 2);
  statistics.sent();
  assert.equal(statistics.takeCount(), 1);
  assert.equal(statistics.total, 3);
});
