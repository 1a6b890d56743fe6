import assert from "node:assert/strict";
import { healthOf, illness, progressOf, statusOf } from "../worker_answers.ts";
import type { WorkerWorld } from "./worker_world.ts";
import { actUntil } from "./world_turns.ts";

/**
 * Nothing goes wrong any more, and operators do what is left to them, and have letters tried: it must be live, at the
 * head of the log, and nothing parked.
 */
export function calmDown(world: WorkerWorld): void {
  world.notFolded.clear();
  world.notWritten.clear();
  const isSo = () => {
    // What was folded before another log came may be written after it
    if (world.isStranded) world.rebuild();
    world.rivalLeaves();
    const { switches } = world.state;
    if (!switches || world.status === "retired") world.operate("live");
    if (isThere(world) && world.letters.length > 0) world.askForLetters();
    return isThere(world) && world.status === "live" &&
      world.letters.length + world.state.parkedKeys === 0;
  };
  actUntil(world, { acts: 400, isSo });
  assert.deepEqual(healthOf(world.state), {});
  assert.equal(illness(world.state), undefined);
  assert.equal(world.state.pace.limit, Infinity);
  assert.equal(progressOf(world.state), undefined);
  assert.equal(statusOf(world.state, { service: "bank", now: 1e9, owner: "me" }).lagMs, 0);
}

/** Live, at the head of the log, with nothing else to do. */
export function isThere(world: WorkerWorld): boolean {
  const { report, position, stored, doing, isUnsure, isOwner } = world.state;
  const isAtHead = report.state === "live" && (position ?? 0) === world.head && !isUnsure;
  return isAtHead && isOwner && stored?.status === "live" && doing?.type === "look";
}
