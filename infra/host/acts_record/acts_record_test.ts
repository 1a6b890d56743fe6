import { deepEqual } from "node:assert/strict";
import { cannot } from "./acts_record.ts";

Deno.test("who is told that an act cannot be done is told which, in words", () => {
  const told = [
    { engine: "sagas", act: "compensate", subject: null },
    { engine: "sagas", act: "compensate", subject: "7f" },
    { engine: "projections", act: "letters retry", subject: null },
    { engine: "projections", act: "letters retry", subject: "letters 7f" },
  ].map(cannot);
  deepEqual(told, [
    'Cannot do "sagas compensate"',
    'Cannot compensate "7f"',
    'Cannot do "projections letters retry"',
    'Cannot do "projections letters retry" to "letters 7f"',
  ]);
});
