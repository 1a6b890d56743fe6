import assert from "node:assert/strict";
import { despiteDeadlocks } from "./despite_deadlocks.ts";

function failing(code: string, times: number) {
  let calls = 0;
  return {
    act: () =>
      ++calls <= times
        ? Promise.reject(Object.assign(new Error("no"), { code }))
        : Promise.resolve(calls),
  };
}

Deno.test("a statement that lost a deadlock is done again, a few times, and no other", async () => {
  assert.equal(await despiteDeadlocks(failing("40P01", 4).act), 5);
  await assert.rejects(despiteDeadlocks(failing("40P01", 5).act), { code: "40P01" });
  await assert.rejects(despiteDeadlocks(failing("42P01", 1).act), { code: "42P01" });
});
