import assert from "node:assert/strict";
import { bytesToUuid, isUuid, uuidToBytes } from "./event_id.ts";

Deno.test("a UUID comes back from its bytes, in lower case", () => {
  for (let number = 0; number < 200; number++) {
    const id = crypto.randomUUID();
    assert.equal(bytesToUuid(uuidToBytes(id)), id);
    assert.equal(bytesToUuid(uuidToBytes(id.toUpperCase())), id);
  }
  assert.deepEqual(
    [...uuidToBytes("00010203-0405-0607-0809-0a0b0c0dfeff")],
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 0xfe, 0xff],
  );
});

Deno.test("only the text form of a UUID is one", () => {
  assert.ok(isUuid("00000000-0000-0000-0000-000000000000"));
  for (const other of ["", "x", "0001020304050607080a0b0c0dfeff", ` ${crypto.randomUUID()}`, 7]) {
    assert.equal(isUuid(other), false);
  }
});
