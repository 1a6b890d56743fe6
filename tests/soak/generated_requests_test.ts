import assert from "node:assert/strict";
import { optionsOf, reportOf } from "./generated_requests.ts";

const ran = {
  requests: 20,
  answers: { "valid 200": 19, "valid 500": 1 },
  succeeded: ["getDoor"],
  neverSucceeded: [],
  faults: ["request 3 (valid), getDoor 500: it is a bug of ours"],
};

Deno.test("the report has what was answered and what was wrong, and its last line how to see it again", () => {
  const lines = reportOf(ran, { seed: 7 });
  assert.deepEqual(lines.slice(0, -1), ["     19  valid 200", "      1  valid 500", ...ran.faults]);
  assert.equal(
    lines.at(-1),
    "20 requests, 1 kinds of answers not as described, every operation succeeded; again: deno task soak api --seed 7 --requests 20",
  );
  const never = reportOf({ ...ran, neverSucceeded: ["openDoor"] }, { seed: 7 }).at(-1);
  assert.match(never!, /never succeeded: openDoor/);
});

Deno.test("10,000 requests unless something else is said, which must be a number", () => {
  assert.deepEqual(optionsOf(["--seed", "7"]), { requests: 10_000, seed: 7 });
  assert.deepEqual(optionsOf(["--seed", "7", "--requests", "5"]), { requests: 5, seed: 7 });
  for (const args of [["--requests", "0"], ["--seed", "x"], ["--help"], ["--orders", "1"]]) {
    assert.equal(optionsOf(args), undefined, args.join(" "));
  }
});
