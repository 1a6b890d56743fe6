import assert from "node:assert/strict";
import { seedsToTry, withSeed } from "../faults/fault_seed.ts";
import { killProjections } from "./kill_projections.ts";

Deno.test({
  name: "read models whose processes are killed again and again come to what their log comes to",
  ignore: Deno.build.os === "windows",
  // The client's library keeps timers beyond its end
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const [seed = 0] = seedsToTry(1);
    await withSeed(seed, async () => {
      const { reads } = await killProjections({ kills: 10, seed, events: 5_000, say() {} });
      assert.ok(reads > 100);
    });
  },
});
