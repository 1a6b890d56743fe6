import fc from "fast-check";
import assert from "node:assert/strict";
import { derivedId } from "./derived_id.ts";

Deno.test("the same parts give the same UUID for ever", () => {
  assert.equal(derivedId("payment", "order-1"), "a2b7da52-5398-5f2d-8d5d-81d1e6e0cfee");
});

Deno.test("other parts give another UUID, also where they look alike in a row", () => {
  const ids = [
    derivedId("a", "b"),
    derivedId("ab"),
    derivedId("b", "a"),
    derivedId("a", "b", ""),
    derivedId("a,b"),
    derivedId("a", 1),
    derivedId("a", "1"),
    derivedId(),
  ];
  assert.equal(new Set(ids).size, ids.length);
});

Deno.test("any parts give a UUID of version 5", () => {
  fc.assert(fc.property(fc.array(fc.string({ unit: "binary" })), (parts) => {
    assert.match(derivedId(...parts), /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-/);
  }));
});
