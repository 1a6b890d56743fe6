import { persistentMap } from "@headwater/core";
import assert from "node:assert/strict";
import { plainState, stateChanges } from "./state_changes.ts";

Deno.test("the leaves that differ are told, new and gone ones too", () => {
  const before = { status: "placed", lines: [1], held: { sku: 2 } };
  const after = { status: "confirmed", lines: [1], held: {}, reason: "late" };
  assert.deepEqual(stateChanges(before, after), [
    { path: "status", before: "placed", after: "confirmed" },
    { path: "held.sku", before: 2, after: undefined },
    { path: "reason", before: undefined, after: "late" },
  ]);
  assert.deepEqual(stateChanges(before, before), []);
});

Deno.test("a state that was none before has changed as a whole", () => {
  assert.deepEqual(stateChanges(undefined, { a: 1 }), [
    { path: "state", before: undefined, after: { a: 1 } },
  ]);
});

Deno.test("maps of states are shown by their entries", () => {
  const map = persistentMap.set(persistentMap.set(persistentMap.empty, ["b", 2]), ["a", 1]);
  assert.deepEqual(plainState({ held: map, none: persistentMap.empty, list: [map] }), {
    held: { a: 1, b: 2 },
    none: {},
    list: [{ a: 1, b: 2 }],
  });
});
