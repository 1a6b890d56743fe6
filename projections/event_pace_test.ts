import assert from "node:assert/strict";
import { EventPace } from "./event_pace.ts";

Deno.test("a refused write is tried with fewer events, until it is passed", () => {
  const pace = new EventPace();
  assert.equal(pace.limit, Infinity);
  pace.refused(1_000, 5_000);
  assert.deepEqual([pace.limit, pace.careful], [125, true]);
  pace.refused(125, 4_200);
  assert.equal(pace.limit, 15);
  pace.refused(1, 4_100);
  assert.equal(pace.limit, 1);
  pace.written(4_999);
  assert.equal(pace.limit, 1);
  pace.written(5_000);
  assert.deepEqual([pace.limit, pace.careful], [Infinity, false]);
});
