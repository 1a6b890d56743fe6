import { eventLog, silentLog } from "@headwater/core";
import assert from "node:assert/strict";
import { projectionTroubles } from "./projection_troubles.ts";

async function troublesOf(more: Record<string, unknown>) {
  const { signal } = new AbortController();
  return await projectionTroubles({
    ...{ application: "club", services: [{ name: "door", categories: [] }], acts: {} },
    ...{ log: eventLog.memoryLog(), checks: () => [], logger: silentLog, ending: signal },
    ask: () => Promise.resolve([{ name: "doors", state: "live", ...more }]),
  }, signal);
}

Deno.test("a read model that goes no further is told of, whatever holds it up, with what may help", async () => {
  for (const state of ["failing", "stopped", "other-log", "no-owner"]) {
    const [trouble, ...others] = await troublesOf({ state, cause: "an event has no price" });
    assert.deepEqual(
      [trouble?.standing, trouble?.cause, others],
      ["bad", "an event has no price", []],
      state,
    );
    const helps = ["failing", "other-log"].includes(state) ? ["rebuild"] : [];
    assert.deepEqual((trouble?.acts ?? []).map(({ act }) => act), helps, state);
  }
  for (const state of ["live", "building", "catching-up", "retired", "ready"]) {
    assert.deepEqual(await troublesOf({ state }), [], state);
  }
});

Deno.test("letters and a long lag are told of", async () => {
  const [held] = await troublesOf({ parkedKeys: 2 });
  assert.match(held?.what ?? "", /doors holds back 2 keys/);
  const [late] = await troublesOf({ lagMs: 12_000 });
  assert.deepEqual([late?.standing, late?.what], ["warn", "Read model doors is 12 s behind"]);
});
