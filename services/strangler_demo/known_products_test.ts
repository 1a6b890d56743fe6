import assert from "node:assert/strict";
import { KnownProducts } from "./known_products.ts";

function products() {
  return new KnownProducts([{ sku: "TEA", price: 450 }]);
}

Deno.test("what is read has the price that was written last, from the side that wrote it", () => {
  const known = products();
  assert.equal(known.begin("TEA"), true);
  known.end("TEA", { price: 475, position: "7", side: "new" });
  const expected = known.expect("TEA");
  assert.deepEqual([expected.price, expected.position, expected.side], [475, "7", "new"]);
  assert.equal(known.objectionTo("TEA", { expected, side: "new", price: 475 }), undefined);
  assert.match(known.objectionTo("TEA", { expected, side: "new", price: 450 }) ?? "", /costs 475/);
  assert.match(
    known.objectionTo("TEA", { expected, side: "legacy", price: 475 }) ?? "",
    /stays with the new side/,
  );
  assert.match(known.objectionTo("TEA", { expected, side: undefined }) ?? "", /nobody says who/);
});

Deno.test("what changes while it is read may be the one or the other, but not for who changes it", () => {
  const known = products();
  const before = known.expect("TEA");
  known.begin("TEA");
  const during = known.expect("TEA");
  for (const expected of [before, during]) {
    assert.equal(known.objectionTo("TEA", { expected, side: "new", price: 1 }), undefined);
  }
  known.end("TEA", { price: 1, position: undefined, side: "legacy" });
  assert.equal(known.objectionTo("TEA", { expected: before, side: "new", price: 1 }), undefined);
  known.begin("TEA");
  const own = known.expect("TEA");
  const objection = known.objectionTo("TEA", { expected: own, side: "new", isOwn: true });
  assert.match(objection ?? "", /stays with the legacy side/);
});

Deno.test("a product is changed by one at a time, and is there once it was listed", () => {
  const known = products();
  assert.equal(known.begin("NEW"), true);
  assert.equal(known.begin("NEW"), false);
  assert.deepEqual(known.skus(), ["TEA"]);
  known.end("NEW");
  assert.deepEqual(known.skus(), ["TEA"], "nobody knows whether it was");
  known.begin("NEW");
  known.end("NEW", { price: 1, position: "1", side: "legacy" });
  assert.deepEqual(known.skus(), ["TEA", "NEW"]);
  assert.deepEqual(known.writtenBy("legacy"), ["NEW"]);
});

Deno.test("of a command whose outcome is unknown nothing is expected", () => {
  const known = products();
  known.begin("TEA");
  known.end("TEA");
  const expected = known.expect("TEA");
  assert.equal(known.objectionTo("TEA", { expected, side: "legacy", price: 99 }), undefined);
});

Deno.test("a product that was moved stays with its new side", () => {
  const known = products();
  known.begin("TEA");
  known.end("TEA", { price: 475, position: undefined, side: "legacy" });
  const before = known.expect("TEA");
  known.begin("TEA");
  known.move("TEA", { side: "new", position: "9" });
  assert.equal(known.objectionTo("TEA", { expected: before, side: "new", price: 475 }), undefined);
  const expected = known.expect("TEA");
  assert.equal(expected.position, "9");
  assert.equal(known.objectionTo("TEA", { expected, side: "new", price: 475 }), undefined);
  assert.match(known.objectionTo("TEA", { expected, side: "legacy" }) ?? "", /stays with the new/);
});
