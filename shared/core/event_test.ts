import assert from "node:assert/strict";
import { categoryOf, idOf } from "./event.ts";

Deno.test("a stream is named after its category and an id, which may hold dashes itself", () => {
  for (const id of ["1", "7f-3a-0", "-", "a--b"]) {
    assert.equal(categoryOf(`order-${id}`), "order");
    assert.equal(idOf(`order-${id}`), id);
  }
});

Deno.test("a stream without a dash is its own category", () => {
  assert.equal(categoryOf("settings"), "settings");
});
