import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { readText } from "./read_text.ts";

Deno.test("texts that are alike are told apart, however often they come", () => {
  const alike = fc.string({ unit: fc.constantFrom("a", "b", "ż", "🚚"), maxLength: 70 });
  fc.assert(fc.property(fc.array(fc.oneof(alike, fc.string()), { maxLength: 40 }), (texts) => {
    for (const text of [...texts, ...texts]) {
      const bytes = Buffer.from(`<${text}>`);
      assert.equal(readText(bytes, { start: 1, end: bytes.length - 1 }), text.toWellFormed());
    }
  }));
});

Deno.test("bytes that are no text are never taken for one that was read", () => {
  const bytes = Buffer.of(0x61, 0xe9, 0x62);
  assert.equal(readText(Buffer.from("a\ufffdb"), { start: 0, end: 5 }), "a\ufffdb");
  for (let time = 0; time < 2; time++) {
    assert.equal(readText(bytes, { start: 0, end: 3 }), "a\ufffdb");
  }
});
