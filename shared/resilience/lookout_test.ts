import { manualClock } from "@headwater/testing";
import { deepEqual, equal } from "node:assert/strict";
import { latestLookMs, Lookout } from "./lookout.ts";

Deno.test("whoever waits is looked after once, and by a timer that serves all", async () => {
  const clock = manualClock();
  const lookout = Lookout.of(clock);
  const seen: string[] = [];
  function waiting(name: string) {
    return { lookAfter: () => seen.push(`${name} at ${clock.now()}`) };
  }
  const [first, second, over] = ["first", "second", "over"].map(waiting);
  lookout.add(first!);
  await clock.advance(10);
  lookout.add(over!);
  lookout.add(second!);
  equal(clock.pending(), 1);
  lookout.delete(over!);
  await clock.advance(latestLookMs);
  await clock.advance(latestLookMs);
  deepEqual(seen, [`first at ${latestLookMs}`, `second at ${latestLookMs}`]);
  equal(clock.pending(), 0);
});

Deno.test("when nobody waits any more, no timer is left", () => {
  const clock = manualClock();
  const lookout = Lookout.of(clock);
  const call = { lookAfter: () => {} };
  lookout.add(call);
  lookout.delete(call);
  equal(clock.pending(), 0);
});

Deno.test("who begins to wait while others are looked after is looked after in its turn", async () => {
  const clock = manualClock();
  const lookout = Lookout.of(clock);
  const seen: number[] = [];
  const late = { lookAfter: () => seen.push(clock.now()) };
  lookout.add({ lookAfter: () => lookout.add(late) });
  await clock.advance(3 * latestLookMs);
  deepEqual(seen, [2 * latestLookMs]);
  equal(clock.pending(), 0);
});
