import fc from "fast-check";
import assert from "node:assert/strict";
import { empty, entries, get, type PersistentMap, set, without } from "./persistent_map.ts";

type Change = readonly ["set", string, number] | readonly ["without", string];

const key = fc.oneof(fc.constantFrom("__proto__", "constructor", ""), fc.string({ maxLength: 2 }));
const changes = fc.array(
  fc.oneof(
    fc.tuple(fc.constant("set" as const), key, fc.nat(3)),
    fc.tuple(fc.constant("without" as const), key),
  ),
  { size: "medium" },
);

function changed(map: PersistentMap<number>, change: Change): PersistentMap<number> {
  return change[0] === "set" ? set(map, [change[1], change[2]]) : without(map, change[1]);
}

function depth(map: PersistentMap<number>): number {
  return "key" in map ? 1 + Math.max(depth(map.left), depth(map.right)) : 0;
}

Deno.test("it holds what a map holds, whatever is set and taken out, and old ones stay as they were", () => {
  fc.assert(fc.property(changes, (made) => {
    const reference = new Map<string, number>();
    let map: PersistentMap<number> = empty;
    for (const change of made) {
      const before: readonly [string, number][] = [...entries(map)];
      const next: PersistentMap<number> = changed(map, change);
      assert.deepEqual([...entries(map)], before);
      map = next;
      if (change[0] === "set") reference.set(change[1], change[2]);
      else reference.delete(change[1]);
      assert.equal(map.size, reference.size);
      assert.equal(get(map, change[1]), reference.get(change[1]));
    }
    const inOrder = [...reference].sort(([a], [b]) => (a < b ? -1 : 1));
    assert.deepEqual([...entries(map)], inOrder);
  }));
});

Deno.test("it stays flat, whatever the order of its keys", () => {
  const keys = Array.from({ length: 10_000 }, (_, index) => String(index).padStart(5, "0"));
  for (
    const order of [
      keys,
      keys.toReversed(),
      keys.toSorted((a, b) => a.at(-1)! < b.at(-1)! ? -1 : 1),
    ]
  ) {
    let map: PersistentMap<number> = empty;
    for (const [index, name] of order.entries()) map = set(map, [name, index]);
    // The bound of a tree balanced by weights of 3 to 1: log n / log 4/3.
    assert.ok(depth(map) <= 24, `${depth(map)} deep`);
    for (const name of order.slice(0, 9_000)) map = without(map, name);
    assert.equal(map.size, 1_000);
    assert.ok(depth(map) <= 18, `${depth(map)} deep`);
  }
});

Deno.test("what changes nothing gives the same map", () => {
  const map = set(set(empty, ["a", 1]), ["b", 2]);
  assert.equal(set(map, ["a", 1]), map);
});
