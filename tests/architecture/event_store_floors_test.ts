import assert from "node:assert/strict";
import { moduleGraph } from "./module_graph.ts";

const member = "infra/event_store/";

/** Each may import those to its right. */
const floors = ["rpc", "groups", "projected", "streams", "log"];
const wire = ["rpc", "grpc", "http2"];

Deno.test("the floors of the event store know nobody above them", async () => {
  const wrong: string[] = [];
  for (const [file, edges] of await moduleGraph()) {
    const from = floorOf(file);
    if (from === undefined || file.endsWith("_test.ts")) continue;
    for (const { to } of edges) {
      const target = to.startsWith(member) ? floorOf(to) : undefined;
      if (target !== undefined && !mayImport(from, target)) wrong.push(`${file} imports ${to}`);
    }
  }
  assert.deepEqual(wrong, []);
});

Deno.test("every folder of the event store is one of its floors", async () => {
  const folders = new Set(
    Array.from((await moduleGraph()).keys(), floorOf).filter((floor) => floor !== undefined),
  );
  folders.delete("testing");
  assert.deepEqual([...folders].sort(), [...new Set([...floors, ...wire])].sort());
});

function mayImport(from: string, to: string): boolean {
  // What is of use to tests may look into everything
  if (from === to || from === "testing") return true;
  return [floors, wire].some((order) =>
    order.includes(from) && order.indexOf(to) > order.indexOf(from)
  );
}

/** Undefined for what stands at the member's root, above all floors. */
function floorOf(file: string): string | undefined {
  if (!file.startsWith(member)) return undefined;
  const [folder, ...rest] = file.slice(member.length).split("/");
  return rest.length > 0 ? folder : undefined;
}
