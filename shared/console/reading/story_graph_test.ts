import { recordedExample } from "@headwater/testing";
import assert from "node:assert/strict";
import { storyGraph } from "./story_graph.ts";

function event(
  id: string,
  { stream, cause, at = 0, type = "Happened", data = {} }: {
    readonly stream: string;
    readonly cause: string;
    readonly at?: number;
    readonly type?: string;
    readonly data?: unknown;
  },
) {
  const recorded = recordedExample({ type, data }, {
    stream,
    recordedAt: new Date(at).toISOString(),
  });
  return { ...recorded, id, metadata: { ...recorded.metadata, $causationId: cause } };
}

function serviceOf(stream: string): string {
  return stream.split("-")[0]!;
}

Deno.test("each event hangs on the one that led to it, in the lane of its service", () => {
  const { lanes, nodes } = storyGraph([
    event("a", { stream: "order-1", cause: "a client's command" }),
    event("b", { stream: "payment-1", cause: "a", at: 30 }),
    event("c", { stream: "order-1", cause: "b", at: 2_030 }),
  ], serviceOf);
  assert.deepEqual(lanes, ["order", "payment"]);
  assert.deepEqual(nodes.map(({ lane, cause }) => [lane, cause]), [[0, undefined], [1, 0], [0, 1]]);
  assert.deepEqual(nodes.map(({ afterMs, gapMs }) => [afterMs, gapMs]), [
    ...[[0, 0], [30, 30], [2_030, 2_000]],
  ]);
});

Deno.test("what undoes a step is told from what goes ahead, in both services", () => {
  const { nodes } = storyGraph([
    event("a", { stream: "fulfilment-1", cause: "x", type: "StepRefused", data: { step: "pay" } }),
    event("b", { stream: "stock-1", cause: "a", type: "StockReleased" }),
    event("c", {
      ...{ stream: "fulfilment-1", cause: "b", type: "StepDone" },
      data: { step: "release", compensates: "reserve" },
    }),
    event("d", { stream: "fulfilment-1", cause: "c", type: "StepStuck", data: { step: "refund" } }),
  ], serviceOf);
  assert.deepEqual(nodes.map(({ kind }) => kind), ["refused", "undoes", "undoes", "stuck"]);
  assert.equal(nodes[2]?.note, "release ↩ reserve");
});

Deno.test("an event cannot follow from one after it, whatever is stored", () => {
  const { nodes } = storyGraph([
    event("a", { stream: "order-1", cause: "b" }),
    event("b", { stream: "order-1", cause: "b" }),
  ], serviceOf);
  assert.deepEqual(nodes.map(({ cause }) => cause), [undefined, undefined]);
});
