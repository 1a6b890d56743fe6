import assert from "node:assert/strict";
import type { WorkerWorld } from "./worker_world.ts";

/** Goes on as long as something is not so, but only for so many acts. */
export function actUntil(
  world: WorkerWorld,
  { acts, isSo }: { readonly acts: number; readonly isSo: () => boolean | undefined },
): void {
  for (let act = 0; !isSo(); act++) {
    assert.ok(act < acts, `It is not so after ${acts} acts: ${JSON.stringify(world.state)}`);
    world.pass(10);
    world.act();
  }
}

export function repeat(times: number, act: () => void): void {
  for (let time = 0; time < times; time++) act();
}
