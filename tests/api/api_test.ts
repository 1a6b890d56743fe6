import assert from "node:assert/strict";
import { seedsToTry, withSeed } from "../faults/fault_seed.ts";
import { openApiShop } from "./api_shop.ts";
import { askApi } from "./api_run.ts";

/** As many as a test has time for; `deno task soak api` asks 10,000. */
const requests = 600;

Deno.test("every answer to generated requests is as the shop's API is described, and none is a bug", async () => {
  await using shop = await openApiShop();
  for (const seed of seedsToTry(1)) {
    await withSeed(seed, async () => {
      const { faults, succeeded, neverSucceeded } = await askApi({ ...shop, seed, requests });
      assert.deepEqual(faults, []);
      // Otherwise little would have been seen
      assert.ok(succeeded.length > neverSucceeded.length, `never: ${neverSucceeded}`);
    });
  }
  await shop.atRest();
});
