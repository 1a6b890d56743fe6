import assert from "node:assert/strict";
import { Unavailable } from "@headwater/core";
import { workerWorld } from "./testing/worker_world.ts";
import { actUntil, repeat } from "./testing/world_turns.ts";
import { answerTo, illness, progressOf } from "./worker_answers.ts";

Deno.test("a rebuild tells how far it is, how fast, and how long it takes", () => {
  const world = workerWorld();
  world.append(28);
  world.act();
  world.act();
  const first = world.state.doing;
  const atFullPace = {
    type: "apply",
    waits: true,
    limit: Infinity,
    until: undefined,
    holdsAll: true,
    refused: undefined,
  };
  assert.deepEqual(first, atFullPace);
  world.pass(2_000);
  world.act();
  assert.deepEqual(progressOf(world.state), { replayed: 7, target: 28, eventsPerSecond: 4 });
  const { doing } = world.state;
  assert.ok(doing?.type === "write" && doing.from === doing.to, "tells operators");
  assert.deepEqual(doing.replay, { replayed: 7, target: 28, eventsPerSecond: 4 });
  const answer = answerTo(world.state, { position: 1 });
  assert.ok(answer instanceof Unavailable && answer.retryAfter === 6);
});

Deno.test("health tells how far a rebuild is, and that it waits for others", () => {
  const world = workerWorld();
  assert.equal(illness(world.state), 'The read model "accounts" is starting');
  world.append(28);
  repeat(2, () => world.act());
  assert.equal(illness(world.state), 'The read model "accounts" is building: 0 %');
  world.pass(60_000);
  world.happen({ type: "quiet", isQueued: true });
  const reason = 'The read model "accounts" is building: ';
  assert.equal(illness(world.state), `${reason}others are filled first`);
  world.act();
  world.pass(2_000);
  world.act();
  assert.equal(illness(world.state), `${reason}25 % at 4 events/s, about 6 s left`);
});

Deno.test("a rebuild that waits for others shows that it lives, and keeps in memory all that is there", () => {
  const world = workerWorld();
  world.append(28);
  repeat(2, () => world.act());
  const shows: (string | undefined)[] = [];
  for (let second = 0; second < 20; second++) {
    world.pass(1_000);
    world.happen({ type: "quiet", isQueued: true });
    shows.push(world.state.doing?.type);
    world.act();
  }
  const atFullPace = {
    type: "apply",
    waits: true,
    limit: Infinity,
    until: undefined,
    holdsAll: true,
    refused: undefined,
  };
  assert.deepEqual(world.state.doing, atFullPace);
  // Once it has said that it waits, its lease says that it lives
  assert.deepEqual(shows, ["write", ...Array.from({ length: 19 }, () => "look")]);
});

Deno.test("a read model can be read once it has what was there as its rebuild began", () => {
  const world = workerWorld();
  world.append(7);
  repeat(2, () => world.act());
  world.ask(1);
  world.append(1);
  repeat(2, () => world.act());
  assert.deepEqual([world.state.report.state, world.state.stored?.status], ["catching-up", "live"]);
  world.ask(7);
  assert.deepEqual(world.lastAnswer(), { position: 7, reached: true });
});

Deno.test("a read model is filled in parts, whose rows stay in memory as long as there is room", () => {
  const world = workerWorld();
  world.append(100);
  const kept: boolean[] = [];
  const read: boolean[] = [];
  actUntil(world, {
    acts: 200,
    isSo: () => {
      const { doing, stored } = world.state;
      if (doing?.type === "write" && doing.from !== doing.to) kept.push(doing.keeps);
      if (doing?.type === "apply" && stored?.status === "building") read.push(!doing.holdsAll);
      return stored?.status === "live";
    },
  });
  assert.deepEqual(kept.slice(0, 3), [true, true, false]);
  assert.equal(read.indexOf(true) > 0, true, "what was let go of is read");
  assert.equal(read.slice(read.indexOf(true)).every((reads) => reads), true);
});

Deno.test("a stop in the middle of a rebuild leaves it where it was", () => {
  const world = workerWorld();
  world.append(28);
  repeat(3, () => world.act());
  world.stop();
  world.happen({ type: "quiet" });
  actUntil(world, { acts: 4, isSo: () => !world.state.doing });
  assert.deepEqual([world.saved?.state, world.state.stored?.position], ["stopped", undefined]);
});
