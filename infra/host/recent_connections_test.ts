import { manualClock } from "@headwater/testing";
import assert from "node:assert/strict";
import { recentConnections } from "./recent_connections.ts";

Deno.test("a connection counts once, until it is over or nobody has asked on it for a while", async () => {
  const clock = manualClock();
  const recent = recentConnections(clock);
  for (const connection of ["a", "a", "b", "c"]) recent.asked(connection);
  recent.over("b");
  assert.equal(recent.count(), 2);
  await clock.advance(10_000);
  recent.asked("a");
  assert.equal(recent.count(), 2);
  await clock.advance(10_000);
  assert.equal(recent.count(), 1);
  recent.over("a");
  assert.equal(recent.count(), 0);
});

Deno.test("what was long ago is forgotten, whether somebody asks meanwhile or not", async () => {
  const clock = manualClock();
  const recent = recentConnections(clock);
  recent.asked("a");
  await clock.advance(20_000);
  assert.equal(recent.count(), 0);
  for (let time = 0; time < 40; time++) {
    recent.asked(`${time}`);
    await clock.advance(1_000);
  }
  assert.ok(recent.count() <= 20);
});
