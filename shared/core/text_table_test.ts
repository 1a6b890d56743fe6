import assert from "node:assert/strict";
import { textTable } from "./text_table.ts";

Deno.test("columns stand below each other, whatever ends of lines and signs a cell quotes", () => {
  const rows = [["NAME", "CAUSE", ""], ["a", "no\r\nplace\x1b[2J", "1"], ["long-name", "", ""]];
  assert.deepEqual(textTable(rows).split("\n"), [
    "NAME       CAUSE",
    String.raw`a          no\r\nplace\u001b[2J  1`,
    "long-name",
  ]);
  assert.equal(textTable([]), "");
});
