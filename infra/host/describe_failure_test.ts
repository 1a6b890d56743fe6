import assert from "node:assert/strict";
import { describeFailure } from "./describe_failure.ts";

Deno.test("what a machine is to blame for is told in its message", () => {
  const cause = new Deno.errors.PermissionDenied("read-only");
  const error = new Error('Cannot use data directory "x": read-only', { cause });
  assert.equal(describeFailure(error), error.message);
});

Deno.test("a bug comes with its stack, also where it is only the cause", () => {
  const bug = new TypeError("Cannot read properties of undefined (reading 'x')");
  const because = new Error("Cannot start: it broke", { cause: bug });
  const foreign = new Error("connection terminated");
  for (const error of [bug, because, foreign, "text"]) assert.equal(describeFailure(error), error);
});
