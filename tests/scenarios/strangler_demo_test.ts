import assert from "node:assert/strict";
import { startDemo } from "./demo_process.ts";

type Result = {
  readonly steps: readonly { readonly step: string; readonly requests: number }[];
  readonly checks: readonly { readonly holds: boolean }[];
};

Deno.test("the old shop is strangled step by step under load, and all holds that is to hold", async () => {
  await using demo = await startDemo(["--json"], { task: "demo:strangler" });
  const { code, stdout, stderr } = await demo.ended();
  assert.equal(code, 0, `${stdout}${stderr}`);
  const { steps, checks }: Result = JSON.parse(stdout);
  assert.deepEqual(steps.map(({ step }) => step), [
    "0 %",
    "shadow, the first import",
    "shadow, the import mended",
    "10 %",
    "50 %",
    "50 %, a broken release",
    "0 %, rolled back",
    "50 %, the release mended",
    "100 %",
    "100 %, all products moved",
    "the old shop is off",
  ]);
  assert.ok(steps.every(({ requests }) => requests > 0));
  assert.equal(checks.length, 9);
  assert.ok(checks.every(({ holds }) => holds));
  assert.deepEqual(await demo.leftovers(), []);
});
