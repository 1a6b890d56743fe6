import { equal } from "node:assert/strict";
import { attemptHeader, receivedAttempt } from "./attempt_header.ts";

Deno.test("a request is the first attempt unless it says otherwise in a way that is understood", () => {
  const given = {
    "1": 1,
    "2": 2,
    "999": 999,
    "0": 1,
    "-1": 1,
    "1000": 1,
    "1e9": 1,
    "2, 3": 1,
    "second": 1,
    "": 1,
    ["9".repeat(100_000)]: 1,
  };
  for (const [text, attempt] of Object.entries(given)) {
    equal(receivedAttempt(new Headers({ [attemptHeader]: text })), attempt, text.slice(0, 40));
  }
  equal(receivedAttempt(new Headers()), 1);
});
