import { equal } from "node:assert/strict";
import { retryAfterSeconds } from "./retry_after.ts";

function now(): number {
  return Date.parse("2026-11-28T06:00:00.500Z");
}

Deno.test("Retry-After is a number or a date, never in the past, and an hour at most", () => {
  const given: Record<string, number | undefined> = {
    "0": 0,
    "7": 7,
    " 7 ": 7,
    "3601": 3_600,
    "999999999999999": 3_600,
    "Sat, 28 Nov 2026 06:00:03 GMT": 3,
    "Sat, 28 Nov 2026 05:00:00 GMT": 0,
    "Thu, 01 Jan 1970 00:00:00 GMT": 0,
    "Fri, 31 Dec 9999 23:59:59 GMT": 3_600,
    "-1": undefined,
    "1e9": undefined,
    "2.5": undefined,
    "0x10": undefined,
    "soon": undefined,
    "1, 2": undefined,
    "": undefined,
    "2026-11-28": undefined,
    "Sat, 99 Nov 2026 99:00:00 GMT": undefined,
    ["9".repeat(100_000)]: undefined,
  };
  for (const [text, seconds] of Object.entries(given)) {
    const headers = new Headers({ "Retry-After": text });
    equal(retryAfterSeconds(headers, { now }), seconds, text.slice(0, 40));
  }
  equal(retryAfterSeconds(new Headers(), { now }), undefined);
});
