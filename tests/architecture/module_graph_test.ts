import assert from "node:assert/strict";
import { findCycle, moduleGraph, runTimeClosure } from "./module_graph.ts";
import { root } from "./place.ts";
import { purePartOf, purityRule } from "./purity.ts";
import { readSource } from "./source_files.ts";

const value = { typeOnly: false };

Deno.test("no file imports itself, directly or through others", async () => {
  assert.deepEqual(findCycle(await moduleGraph()), undefined);
});

Deno.test("what a decider or process runs on is as pure as itself", async () => {
  const graph = await moduleGraph();
  const impure = new Set<string>();
  for (const file of graph.keys()) {
    if (purePartOf({ file, text: await readSource(file) }) !== "all") continue;
    for (const reached of runTimeClosure(graph, file)) {
      for (const { message } of purityFindings(reached, await readSource(reached))) {
        impure.add(`${reached}, which ${file} runs on: ${message}`);
      }
    }
  }
  assert.deepEqual([...impure], []);
});

Deno.test("a file of shared may hash and derive ids, but not invent them", () => {
  const file = "shared/core/derived_id.ts";
  const good = 'import { v5 } from "uuid"; import { createHash } from "node:crypto";';
  assert.equal(purityFindings(file, good).length, 0);
  const bad = 'import { v4 } from "uuid"; import { randomUUID } from "node:crypto";';
  assert.equal(purityFindings(file, bad).length, 2);
});

Deno.test("a cycle is told with all its files", () => {
  const graph = new Map([
    ["a.ts", [{ to: "b.ts", ...value }]],
    ["b.ts", [{ to: "d.ts", ...value }, { to: "c.ts", typeOnly: true }]],
    ["c.ts", [{ to: "b.ts", ...value }]],
    ["d.ts", []],
  ]);
  assert.deepEqual(findCycle(graph), ["b.ts", "c.ts", "b.ts"]);
});

Deno.test("two ways to one file are no cycle", () => {
  const graph = new Map([
    ["a.ts", [{ to: "b.ts", ...value }, { to: "c.ts", ...value }]],
    ["b.ts", [{ to: "c.ts", ...value }]],
    ["c.ts", []],
  ]);
  assert.equal(findCycle(graph), undefined);
});

Deno.test("types alone run nothing", () => {
  const graph = new Map([
    ["a.ts", [{ to: "b.ts", ...value }, { to: "c.ts", typeOnly: true }]],
    ["b.ts", [{ to: "d.ts", ...value }]],
  ]);
  assert.deepEqual([...runTimeClosure(graph, "a.ts")], ["a.ts", "b.ts", "d.ts"]);
});

function purityFindings(file: string, source: string): Deno.lint.Diagnostic[] {
  const plugin = { name: "pure", rules: { purity: purityRule(() => "all") } };
  return Deno.lint.runPlugin(plugin, new URL(file, root).pathname, source);
}
