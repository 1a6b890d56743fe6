import assert from "node:assert/strict";
import { timedId, timeOfId } from "./timed_id.ts";

Deno.test("an id tells when it was made, and no other id does", () => {
  const before = Date.now();
  const ids = Array.from({ length: 100 }, timedId);
  const after = Date.now();
  assert.equal(new Set(ids).size, 100);
  for (const id of ids) {
    const at = timeOfId(id);
    assert.ok(at !== undefined && before <= at && at <= after, id);
  }
  assert.equal(timeOfId("017F22E2-79B0-7CC3-98C4-DC0C0C07398F"), 0x017f22e279b0);
  for (const other of ["", "order-1", crypto.randomUUID(), `${ids[0]}0`]) {
    assert.equal(timeOfId(other), undefined, other);
  }
});
