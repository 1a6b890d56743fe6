import assert from "node:assert/strict";
import { within } from "./within.ts";

Deno.test("what comes in time is handed on, be it a failure", async () => {
  assert.equal(await within("a number", Promise.resolve(7)), 7);
  const failure = new Error("broken");
  await assert.rejects(within("a number", Promise.reject(failure)), failure);
});

Deno.test("what does not come is said, with what was there by then", async () => {
  const never = new Promise<void>(() => {});
  await assert.rejects(within("the end of days", never, { ms: 20 }), {
    message: "Cannot wait any longer than 0.02 s for the end of days",
  });
  let count = 0;
  const waiting = within(() => `three of them: ${count} came`, never, { ms: 20 });
  count = 2;
  await assert.rejects(waiting, /three of them: 2 came/);
});
