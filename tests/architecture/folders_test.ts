import assert from "node:assert/strict";
import { moduleGraph } from "./module_graph.ts";
import { placeOf } from "./place.ts";

Deno.test("no two folders import each other", async () => {
  const imports = new Map<string, string>();
  for (const [file, edges] of await moduleGraph()) {
    const place = placeOf(file);
    if (!place || place.isTest || place.member === "tests") continue;
    for (const { to } of edges) {
      const [from, target] = [folderOf(file), folderOf(to)];
      if (from !== target) imports.set(`${from} → ${target}`, `${file} imports ${to}`);
    }
  }
  const mutual = [...imports].filter(([direction]) => {
    const [from, to] = direction.split(" → ");
    return imports.has(`${to} → ${from}`);
  });
  assert.deepEqual(mutual, []);
});

function folderOf(file: string): string {
  return file.slice(0, file.lastIndexOf("/"));
}
