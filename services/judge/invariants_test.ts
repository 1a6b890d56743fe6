import assert from "node:assert/strict";
import { evidenceOf, exampleEntries } from "./testing/example_history.ts";
import { judge } from "./invariants.ts";

Deno.test("all seven invariants are judged, and hold in a good history", () => {
  const verdicts = judge(evidenceOf(exampleEntries));
  assert.deepEqual(verdicts.filter(({ holds }) => !holds), []);
  assert.equal(new Set(verdicts.map(({ name }) => name)).size, 7);
});
