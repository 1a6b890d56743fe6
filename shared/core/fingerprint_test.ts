import fc from "fast-check";
import assert from "node:assert/strict";
import { fingerprint } from "./fingerprint.ts";

Deno.test("the order of keys does not change a fingerprint, at any depth", () => {
  assert.equal(
    fingerprint({ a: 1, b: { c: [1, { d: 2, e: 3 }], f: null } }),
    fingerprint({ b: { f: null, c: [1, { e: 3, d: 2 }] }, a: 1 }),
  );
});

Deno.test("other content has another fingerprint", () => {
  const different = [
    {},
    [],
    null,
    "",
    0,
    "0",
    { a: 1 },
    { a: "1" },
    { a: null },
    { b: 1 },
    [1, 2],
    [2, 1],
    [[1], 2],
    JSON.parse('{"__proto__": 1}'),
    JSON.parse('{"__proto__": 2}'),
  ];
  assert.equal(new Set(different.map(fingerprint)).size, different.length);
});

Deno.test("a fingerprint is the same on the other side of JSON", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    assert.equal(fingerprint(JSON.parse(JSON.stringify(value))), fingerprint(value));
    assert.match(fingerprint(value), /^[\w-]{43}$/);
  }));
});
