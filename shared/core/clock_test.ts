import assert from "node:assert/strict";
import { realClock } from "./clock.ts";

Deno.test("a cancelled timer is never called", async () => {
  let called = false;
  const cancel = realClock.after(0, () => called = true);
  cancel();
  await new Promise<void>((resolve) => void realClock.after(5, resolve));
  assert.equal(called, false);
});
