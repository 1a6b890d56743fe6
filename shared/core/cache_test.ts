import assert from "node:assert/strict";
import { bytesOf, cacheBudget } from "./cache.ts";

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
  assert.deepEqual(shared.usage(), { bytes: 700, limitBytes: 1_000, entries: 2 });
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
  assert.deepEqual(shared.usage(), { bytes: 0, limitBytes: 1_000, entries: 0 });
});

Deno.test("what a value takes grows with all that it holds", () => {
  const line = { sku: "SKU1", quantity: 2, unitPrice: 499 };
  const order = (lines: number) => bytesOf({ lines: Array(lines).fill(line), note: null });
  assert.ok(order(100) > 50 * order(1) / 2);
  assert.equal(order(100) - order(99), order(2) - order(1));
  assert.equal(bytesOf("x".repeat(1_000)) - bytesOf(""), 1_000);
});
