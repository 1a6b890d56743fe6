import assert from "node:assert/strict";
import {
  DeadlineExceeded,
  isMissingTable,
  isNothingThere,
  messageOf,
  Unavailable,
} from "./failures.ts";

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}

Deno.test("broken connections, restarts, rivals, silence and locked-out users are the fault of machines", () => {
  const codes = [
    "CONNECTION_CLOSED",
    "ECONNREFUSED",
    "57P01",
    "57P03",
    "08006",
    "40P01",
    "53300",
    "ENOTFOUND",
    "28000",
    "28P01",
  ];
  for (const code of codes) assert.ok(Unavailable.isCauseOf(failure(code)), code);
  assert.ok(Unavailable.isCauseOf(new Unavailable("The log is away")));
  assert.ok(Unavailable.isCauseOf(new DeadlineExceeded("The log does not answer")));
});

Deno.test("bugs and data that a table refuses are not", () => {
  for (const code of ["23502", "23514", "22P02", "42601", "57014"]) {
    assert.ok(!Unavailable.isCauseOf(failure(code)), code);
  }
  assert.ok(!Unavailable.isCauseOf(new TypeError("undefined is not a function")));
  assert.ok(!Unavailable.isCauseOf("thrown"));
});

Deno.test("what a signal's time-out throws is a deadline that is over, and what somebody aborts is not", () => {
  const aborted = new AbortController();
  aborted.abort();
  assert.ok(DeadlineExceeded.isCauseOf(new DOMException("too late", "TimeoutError")));
  assert.ok(DeadlineExceeded.isCauseOf(new DeadlineExceeded("too late")));
  assert.ok(!DeadlineExceeded.isCauseOf(aborted.signal.reason));
  assert.ok(!DeadlineExceeded.isCauseOf(new Error("TimeoutError")));
});

Deno.test("a table that is not there is told from a column that is not, and from a whole database", () => {
  const told = (["42P01", "3D000", "42703"] as const).map((code) => {
    return [isMissingTable(failure(code)), isNothingThere(failure(code))];
  });
  assert.deepEqual(told, [[true, true], [false, true], [false, false]]);
});

Deno.test("whatever was thrown says something", () => {
  const thrown = [new TypeError("no card"), new AggregateError([]), "gone", undefined];
  assert.deepEqual(thrown.map(messageOf), ["no card", "AggregateError", "gone", "undefined"]);
});
