import assert from "node:assert/strict";
import { isMissingTable } from "./missing_table.ts";

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}

Deno.test("a missing table is known, also as the cause of something", () => {
  assert.ok(isMissingTable(failure("42P01")));
  assert.ok(isMissingTable(new Error("Cannot apply", { cause: failure("42P01") })));
  assert.ok(!isMissingTable(failure("42703")));
});
