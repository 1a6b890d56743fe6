import assert from "node:assert/strict";
import { type ShownAct, undoOf } from "./acts_data.ts";
import type { ShownGeneration } from "./read_models_data.ts";

const rebuild: ShownAct = {
  ...{ actId: "1", engine: "projections", act: "rebuild", subject: "orders", args: {} },
  ...{ actor: "ada", reason: "why", would: null, at: "", stream: "s", revision: 0 },
  ...{ outcome: "goes-on", endedAt: null, text: null, changed: null },
  undo: { name: "rollback", args: { name: "orders" } },
};

function generation(name: string, more: Partial<ShownGeneration>): ShownGeneration {
  return {
    ...{ service: "order", name, generation: 2, state: "live", since: null, cause: null, lagMs: 0 },
    ...{ caughtUp: true, position: 1, version: 1, needsRebuild: false, parkedKeys: 0 },
    ...{ progress: null, owner: null, ...more },
  };
}

Deno.test("a rebuild is taken back by giving it up until what it builds is read, then by going back", () => {
  const live = generation("orders", { generation: 1 });
  const progress = { replayed: 1, target: 2, eventsPerSecond: 3 };
  const unread = [{ state: "building", progress }, { state: "verifying" }, { state: "ready" }];
  for (const state of unread) {
    const undo = undoOf(rebuild, [live, generation("orders", state)]);
    assert.deepEqual(undo, { name: "abort", args: { name: "orders" } }, state.state);
    assert.equal(undoOf(rebuild, [live, generation("sales", state)])?.name, "rollback");
    const switched = { ...rebuild, act: "switch" };
    assert.equal(undoOf(switched, [generation("orders", state)])?.name, "rollback");
  }
  const retired = generation("orders", { generation: 1, state: "retired" });
  assert.equal(undoOf(rebuild, [retired, generation("orders", {})])?.name, "rollback");
  assert.equal(undoOf({ ...rebuild, undo: null }, []), null);
  const unfinished = { ...rebuild, undo: { name: "abort", args: {} }, changed: { generation: 2 } };
  assert.equal(undoOf(unfinished, [retired, generation("orders", {})])?.name, "rollback");
  assert.equal(undoOf(unfinished, [live]), null);
});
