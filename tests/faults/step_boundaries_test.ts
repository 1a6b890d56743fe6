import assert from "node:assert/strict";
import { openBoundaryShop } from "./boundary_shop.ts";
import { boundaryStories } from "./boundary_stories.ts";
import { seedsToTry, withSeed } from "./fault_seed.ts";
import { crashAtBoundaries } from "./step_boundaries.ts";

/** All of the plan is for `deno task soak boundaries`. */
const crashes = 6;

Deno.test({
  name: "whoever is killed at a boundary between the steps of a fulfilment, all invariants hold",
  ignore: Deno.build.os === "windows",
  // The gRPC client leaves timers of up to a second behind for connections that it has given up
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    for (const seed of seedsToTry(1)) await withSeed(seed, () => crash(seed));
  },
});

async function crash(seed: number): Promise<void> {
  await using shop = await openBoundaryShop();
  const first = seed % boundaryStories.length;
  const stories = [...boundaryStories, ...boundaryStories].slice(first, first + 2);
  const ran = await crashAtBoundaries(shop, { seed, stories, most: crashes });
  const { id, story, after, victim } = ran.broken?.crash ?? {};
  assert.equal(
    ran.broken?.cause,
    undefined,
    `${shop.lastWords.join("")}${id} ${story?.title}: ${victim} was killed at ${after}`,
  );
  assert.equal(ran.crashes + ran.missed.length, crashes);
  assert.ok(ran.crashes > ran.missed.length, ran.missed.join("; "));
  await shop.stop();
}
