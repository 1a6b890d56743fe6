import assert from "node:assert/strict";
import { realTimers } from "./clock.ts";

Deno.test("a cancelled timer is never called", async () => {
  let called = false;
  const cancel = realTimers.after(0, () => called = true);
  cancel();
  await new Promise<void>((resolve) => void realTimers.after(5, resolve));
  assert.equal(called, false);
});
