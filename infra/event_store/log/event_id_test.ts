import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { readUuidText, uuidText, uuidToBytes } from "./event_id.ts";

Deno.test("a UUID comes back from its bytes, in lower case", () => {
  for (let number = 0; number < 200; number++) {
    const id = crypto.randomUUID();
    assert.equal(uuidText(uuidToBytes(id)), id);
    assert.equal(uuidText(uuidToBytes(id.toUpperCase())), id);
    assert.equal(uuidText(id.replaceAll("-", "")), id);
  }
  assert.deepEqual(
    [...uuidToBytes("00010203-0405-0607-0809-0a0b0c0dfeff")],
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 0xfe, 0xff],
  );
});

Deno.test("a UUID is read where its text lies, and nothing else is taken for one", () => {
  const id = crypto.randomUUID();
  function read(text: string): Uint8Array | undefined {
    const bytes = Buffer.from(`<${text}>`);
    return readUuidText(bytes, { start: 1, end: bytes.length - 1 });
  }
  assert.deepEqual(read(id), uuidToBytes(id));
  assert.deepEqual(read(id.toUpperCase()), uuidToBytes(id));
  assert.deepEqual(read("00000000-0000-0000-0000-000000000000"), new Uint8Array(16));
  for (const at of Array(36).keys()) {
    for (const wrong of ["g", "G", "/", ":", "@", "`", " ", id[at] === "-" ? "0" : "-"]) {
      const text = id.slice(0, at) + wrong + id.slice(at + 1);
      assert.equal(read(text), undefined, text);
    }
  }
  for (const text of ["", "x", id.replaceAll("-", ""), `${id}0`]) {
    assert.equal(read(text), undefined, text);
  }
});
