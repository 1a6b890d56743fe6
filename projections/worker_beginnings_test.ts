import assert from "node:assert/strict";
import { calmDown } from "./testing/calm_down.ts";
import { workerWorld } from "./testing/worker_world.ts";
import { actUntil, repeat } from "./testing/world_turns.ts";

Deno.test("who loses its lease changes nothing, and goes on where the other was", () => {
  const world = workerWorld();
  world.append(3);
  calmDown(world);
  world.takeOver();
  world.append(4);
  world.rivalWorks();
  actUntil(world, { acts: 9, isSo: () => world.state.doing?.type === "watch" });
  assert.deepEqual([world.state.isOwner, world.state.position], [false, 7]);
  world.ask(8);
  assert.deepEqual(world.state.doing, { type: "watch", isUrgent: true });
  world.append(1);
  world.rivalWorks();
  world.act();
  assert.deepEqual(world.lastAnswer(), { position: 8, reached: true });
  world.rivalLeaves();
  calmDown(world);
});

Deno.test("who is asked to let others have it says its position, and watches them", () => {
  const world = workerWorld();
  world.append(3);
  calmDown(world);
  world.release();
  actUntil(world, { acts: 4, isSo: () => world.state.doing?.type === "watch" });
  assert.deepEqual([world.owner, world.state.isOwner], ["nobody", false]);
  world.takeOver();
  world.act();
  assert.equal(world.state.doing?.type, "watch");
});

Deno.test("a generation beside the live one is compared where that one was, and takes its place", () => {
  const world = workerWorld({ isBeside: true });
  world.append(10);
  const acts: string[] = [];
  actUntil(world, {
    acts: 40,
    isSo: () => {
      const { doing } = world.state;
      if (doing?.type === "remember" && !acts.includes("remember")) world.append(5);
      if (doing) acts.push(doing.type);
      return world.status === "live";
    },
  });
  assert.deepEqual(acts.filter((act) => ["remember", "compare", "switch"].includes(act)), [
    "remember",
    "compare",
    "switch",
  ]);
  calmDown(world);
});

Deno.test("where rows differ it waits for an operator, and follows the log", () => {
  const world = workerWorld({ isBeside: true });
  world.append(10);
  world.differ();
  actUntil(world, { acts: 40, isSo: () => world.status === "ready" });
  world.append(3);
  actUntil(world, { acts: 20, isSo: () => world.state.position === 13 });
  repeat(5, () => world.act());
  assert.equal(world.status, "ready");
  world.ask(1);
  assert.equal(world.lastAnswer(), "elsewhere");
});
