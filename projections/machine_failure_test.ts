import assert from "node:assert/strict";
import { Unavailable } from "@headwater/shared/ports/unavailable";
import { isMachineFailure, isMissingTable } from "./machine_failure.ts";

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}

Deno.test("broken connections, restarts and rivals are the fault of machines", () => {
  const codes = ["CONNECTION_CLOSED", "ECONNREFUSED", "57P01", "57P03", "08006", "40P01", "53300"];
  for (const code of codes) assert.ok(isMachineFailure(failure(code)), code);
  assert.ok(isMachineFailure(new Unavailable("The log is away")));
});

Deno.test("bugs and data that a table refuses are not", () => {
  for (const code of ["23502", "23514", "22P02", "42601", "57014"]) {
    assert.ok(!isMachineFailure(failure(code)), code);
  }
  assert.ok(!isMachineFailure(new TypeError("undefined is not a function")));
  assert.ok(!isMachineFailure("thrown"));
});

Deno.test("a missing table is known, also as the cause of something", () => {
  assert.ok(isMissingTable(failure("42P01")));
  assert.ok(isMissingTable(new Error("Cannot apply", { cause: failure("42P01") })));
  assert.ok(!isMissingTable(failure("42703")));
});
