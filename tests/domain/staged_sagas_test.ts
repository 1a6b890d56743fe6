import { exploreSaga } from "@headwater/testing/explorer";
import assert from "node:assert/strict";
import { stagedFulfilment, stagedReminder } from "./staged_sagas.ts";

Deno.test("whatever may happen first to an order, its saga ends with all done, or all undone, or stuck", () => {
  for (const stage of [stagedFulfilment, stagedReminder]) {
    const { broken, worlds } = exploreSaga(stage, { seed: 1, schedules: 0, worlds: 1_000 });
    if (broken !== undefined) assert.fail(broken);
    assert.equal(worlds, 1_000);
  }
});

Deno.test("fulfilment goes either way, with crashes and operators on it", () => {
  const { broken, crashes, acts, ends } = exploreSaga(stagedFulfilment, {
    seed: 1,
    schedules: 300,
  });
  if (broken !== undefined) assert.fail(broken);
  for (const count of [crashes, acts, ends.done, ends.undone]) assert.ok(count > 30, `${count}`);
});
