import fc from "fast-check";
import assert from "node:assert/strict";
import { storableJson, storableText } from "./storable.ts";

Deno.test("zero characters and halves of pairs are replaced, all else stays", () => {
  for (
    const [given, kept] of [
      ["card declined", "card declined"],
      ["a\0b", "a�b"],
      ["\ud83d", "�"],
      ["\udca9\ud83d\udca9", "�💩"],
      ["tab\tand\nline", "tab\tand\nline"],
    ] as const
  ) assert.equal(storableText(given), kept);
});

Deno.test("in JSON that holds at any depth, for names too", () => {
  assert.deepEqual(
    storableJson({ "a\0": [{ b: "\ud800", c: 1 }, null, true], d: "fine" }),
    { "a�": [{ b: "�", c: 1 }, null, true], d: "fine" },
  );
});

Deno.test("what is storable already comes back as the very same", () => {
  fc.assert(fc.property(fc.jsonValue({ stringUnit: "grapheme" }), (value) => {
    assert.equal(storableJson(value), value);
  }));
  const withClass = { at: new Date() };
  assert.equal(storableJson(withClass), withClass);
});

Deno.test("whatever it was, it is storable then", () => {
  const texts = fc.string({ unit: "binary" });
  fc.assert(fc.property(fc.array(fc.dictionary(texts, texts)), (value) => {
    const kept = JSON.stringify(storableJson(value));
    assert.ok(kept.isWellFormed());
    assert.doesNotMatch(kept, /\\u0000|\\ud[89a-f]/);
  }));
});
