import assert from "node:assert/strict";
import { facesOf } from "./module_graph.ts";

/** More than that nobody looks through. */
const mostNames = 35;

Deno.test("what a member shows can be looked through", async () => {
  for (const [file, names] of await facesOf()) {
    assert.ok(
      names.length <= mostNames,
      `${file} exports ${names.length} names: ${names.join(", ")}`,
    );
  }
});
