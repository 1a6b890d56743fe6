import assert from "node:assert/strict";
import { ConsumerStatistics } from "./consumer_statistics.ts";

Deno.test("Times of answers are told under the original's names, in its unit", () => {
  const statistics = new ConsumerStatistics({ tracksLatency: true });
  for (let hundredths = 100; hundredths >= 1; hundredths--) statistics.answered(hundredths / 100);
  assert.deepEqual(statistics.measurements(), [
    ["Mean", 50],
    ["Median", 51],
    ["Fastest", 1],
    ["Quintile 1", 1],
    ["Quintile 2", 21],
    ["Quintile 3", 41],
    ["Quintile 4", 61],
    ["Quintile 5", 81],
    ["90%", 91],
    ["95%", 96],
    ["99%", 100],
    ["99.5%", 100],
    ["99.9%", 100],
    ["Highest", 100],
  ]);
});

Deno.test("Only the newest times count, however many there were", () => {
  const statistics = new ConsumerStatistics({ tracksLatency: true });
  for (let ms = 0; ms < 10_000; ms++) statistics.answered(ms);
  assert.deepEqual(new Map(statistics.measurements()).get("Fastest"), 900_000);
});

Deno.test("There are no times before the first answer, and where they are not tracked", () => {
  assert.deepEqual(new ConsumerStatistics({ tracksLatency: true }).measurements(), []);
  const untracked = new ConsumerStatistics({ tracksLatency: false });
  untracked.answered(1);
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
