import assert from "node:assert/strict";
import { changedKeys } from "./changed_keys.ts";

Deno.test("each key is taken once, and of too many the oldest are let go", () => {
  const changed = changedKeys();
  for (let key = 0; key < 20_500; key++) changed.add(String(key));
  changed.add("500");
  const all: string[] = [];
  for (let keys = changed.take(); keys.length > 0; keys = changed.take()) all.push(...keys);
  assert.equal(all.length, 20_000);
  assert.deepEqual([all[0], all.at(-1)], ["501", "500"]);
  assert.equal(new Set(all).size, all.length);
});
