import fc from "fast-check";
import assert from "node:assert/strict";
import { v5 } from "uuid";
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

Deno.test("any parts, however long, give the UUID of version 5 of their JSON", () => {
  const part = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: "binary", minLength: 1_300, maxLength: 1_400 }),
    fc.integer(),
  );
  fc.assert(fc.property(fc.array(part, { maxLength: 4 }), (parts) => {
    const name = JSON.stringify(parts);
    assert.equal(derivedId(...parts), v5(name, "6c0d3ba6-5a3f-4d0e-9d3c-1f6f1f5b7a11"));
  }));
});
