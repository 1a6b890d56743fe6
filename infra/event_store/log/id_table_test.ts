import assert from "node:assert/strict";
import fc from "fast-check";
import { uuidToBytes } from "./event_id.ts";
import { type IdPlace, IdTable } from "./id_table.ts";

Deno.test("an id is found where it was put first within the last stream, and no other id is", () => {
  const id = fc.oneof(fc.uuid(), fc.nat({ max: 20 }).map(alike));
  const puts = fc.array(fc.tuple(id, fc.nat({ max: 3 }), fc.nat()), { maxLength: 60 });
  fc.assert(fc.property(puts, fc.array(id), (given, others) => {
    const table = new IdTable(60);
    const expected = new Map<string, IdPlace>();
    for (const [text, streamId, revision] of given) {
      table.set(uuidToBytes(text), { streamId, revision });
      if (expected.get(text)?.streamId !== streamId) expected.set(text, { streamId, revision });
    }
    for (const text of [...expected.keys(), ...others]) {
      assert.deepEqual(table.get(uuidToBytes(text)), expected.get(text));
    }
  }));
});

Deno.test("a table takes as many ids as it was made for, and after that can be emptied", () => {
  const table = new IdTable(3);
  const ids = [1, 2, 3].map((number) => uuidToBytes(alike(number)));
  for (const [revision, id] of ids.entries()) {
    assert.equal(table.isFull, false);
    table.set(id, { streamId: 1, revision });
  }
  assert.equal(table.isFull, true);
  table.clear();
  assert.equal(table.isFull, false);
  assert.deepEqual(ids.map((id) => table.get(id)), [undefined, undefined, undefined]);
});

Deno.test("ids that are counted up in any of their words are not looked through one by one", () => {
  const count = 50_000;
  for (const at of [0, 4, 8, 12]) {
    const table = new IdTable(count);
    const started = performance.now();
    for (let revision = 0; revision < count; revision++) {
      const id = new Uint8Array(16);
      new DataView(id.buffer).setUint32(at, revision);
      table.set(id, { streamId: 1, revision });
    }
    const took = performance.now() - started;
    assert.ok(took < 2_000, `Cannot put ids that differ at byte ${at} in time: ${took} ms`);
  }
});

/** One of many that differ in few bits. */
function alike(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;
}
