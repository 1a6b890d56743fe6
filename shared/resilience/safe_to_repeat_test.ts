import { equal } from "node:assert/strict";
import { isSafeToRepeat } from "./safe_to_repeat.ts";

Deno.test("what changes nothing, what puts or deletes, and what has a key may be sent again", () => {
  const key = { "Idempotency-Key": "k" };
  const cases: readonly (readonly [string, Record<string, string>, boolean])[] = [
    ["GET", {}, true],
    ["HEAD", {}, true],
    ["OPTIONS", {}, true],
    ["PUT", {}, true],
    ["DELETE", {}, true],
    ["POST", {}, false],
    ["PATCH", {}, false],
    ["POST", key, true],
    ["PATCH", key, true],
    // The first may have been done, and the second is refused for that
    ["PUT", { "If-Match": '"1"' }, false],
    ["PUT", { "If-None-Match": "*" }, false],
    ["DELETE", { "If-Unmodified-Since": "Sat, 28 Nov 2026 06:00:00 GMT" }, false],
    ["PUT", { "If-Match": '"1"', ...key }, true],
    ["GET", { "If-None-Match": '"1"' }, true],
  ];
  for (const [method, headers, isSafe] of cases) {
    const request = new Request("http://order/x", { method, headers });
    equal(isSafeToRepeat(request), isSafe, `${method} ${Object.keys(headers)}`);
  }
});
