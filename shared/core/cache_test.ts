import assert from "node:assert/strict";
import { bytesHeldBy, cacheBudget } from "./cache.ts";

type Thing = { readonly name: string; readonly bytes: number };

function sizeOf({ bytes }: Thing): number {
  return bytes;
}

Deno.test("caches share their budget: what was used longest ago goes, whosever it is", () => {
  const shared = cacheBudget(1_000);
  const [few, many] = [shared.open(sizeOf), shared.open(sizeOf)];
  few.set("a", { name: "few a", bytes: 400 });
  many.set("a", { name: "many a", bytes: 400 });
  assert.equal(few.get("a")?.name, "few a");
  many.set("b", { name: "many b", bytes: 300 });
  assert.deepEqual([few.get("a")?.name, many.get("a"), many.get("b")?.name], [
    "few a",
    undefined,
    "many b",
  ]);
  assert.deepEqual(shared.usage(), {
    bytes: 700,
    limitBytes: 1_000,
    entries: 2,
    heldBytes: {},
  });
});

Deno.test("a cache is never beyond its budget, whatever is put into it", () => {
  const shared = cacheBudget(1_000);
  const things = shared.open(sizeOf);
  for (let index = 0; index < 100; index++) {
    things.set(`thing-${index % 30}`, { name: "thing", bytes: 1 + index * 7 % 290 });
    assert.ok(shared.usage().bytes <= 1_000);
  }
});

Deno.test("what is larger than the budget is kept in the place of all others", () => {
  const shared = cacheBudget(1_000);
  const things = shared.open(sizeOf);
  things.set("small", { name: "small", bytes: 10 });
  things.set("large", { name: "large", bytes: 5_000 });
  assert.deepEqual([things.get("small"), things.get("large")?.name], [undefined, "large"]);
  assert.equal(shared.usage().bytes, 1_000);
});

Deno.test("what is deleted costs nothing any more", () => {
  const shared = cacheBudget(1_000);
  const things = shared.open(sizeOf);
  things.set("a", { name: "a", bytes: 400 });
  things.delete("a");
  const { bytes, entries } = shared.usage();
  assert.deepEqual([bytes, entries], [0, 0]);
});

Deno.test("what is held under a name leaves less for the others, and what was put in last is kept", () => {
  const shared = cacheBudget(1_000);
  const things = shared.open(sizeOf);
  let held = 0;
  const holding = shared.hold("tail", () => held);
  for (const name of ["a", "b", "c"]) things.set(name, { name, bytes: 300 });
  held = 500;
  assert.deepEqual(shared.usage(), {
    bytes: 1_400,
    limitBytes: 1_000,
    entries: 3,
    heldBytes: { tail: 500 },
  });
  things.set("d", { name: "d", bytes: 200 });
  assert.deepEqual(["a", "b", "c", "d"].map((name) => things.get(name)?.name), [
    undefined,
    undefined,
    "c",
    "d",
  ]);
  held = 2_000;
  things.set("e", { name: "e", bytes: 200 });
  assert.deepEqual([things.get("d"), things.get("e")?.name], [undefined, "e"]);
  holding[Symbol.dispose]();
  assert.equal(shared.usage().bytes, 200);
});

Deno.test("what a value takes grows with all that it holds", () => {
  const line = { sku: "SKU1", quantity: 2, unitPrice: 499 };
  const order = (lines: number) => bytesHeldBy({ lines: Array(lines).fill(line), note: null });
  assert.ok(order(100) > 50 * order(1) / 2);
  assert.equal(order(100) - order(99), order(2) - order(1));
  assert.equal(bytesHeldBy("x".repeat(1_000)) - bytesHeldBy(""), 1_000);
});
