import assert from "node:assert/strict";
import { DeadlineExceeded, Unavailable } from "@headwater/core";
import { failureOf } from "./failure.ts";

function failure(code: string): Error {
  return Object.assign(new Error(`It is ${code}`), { code });
}

Deno.test("what an event or its fold is at fault for is told from machines that are down", () => {
  const [bug, postgres, silence, log, silentLog] = [
    new TypeError("undefined is not a function"),
    failure("57P01"),
    new Unavailable("No answer", { code: "postgres-unavailable" }),
    new Unavailable("The log is away"),
    new DeadlineExceeded("The log does not answer"),
  ].map(failureOf);
  assert.deepEqual([bug?.isMachine, bug?.isPostgresAway], [false, false]);
  assert.deepEqual([postgres?.isMachine, postgres?.isPostgresAway], [true, true]);
  assert.deepEqual([silence?.isMachine, silence?.isPostgresAway], [true, true]);
  assert.deepEqual([log?.isMachine, log?.isPostgresAway], [true, false]);
  assert.deepEqual([silentLog?.isMachine, silentLog?.isPostgresAway], [true, false]);
  assert.equal(postgres?.cause, "It is 57P01");
});
