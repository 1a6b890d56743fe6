import { exploreSaga, type Stage } from "@headwater/testing/explorer";
import assert from "node:assert/strict";
import { orderEventExamples } from "./examples.ts";
import { fulfilmentSaga } from "./fulfilment_saga.ts";

/** A parcel that has left cannot be called back. */
const shop: Stage = {
  saga: fulfilmentSaga,
  begin: orderEventExamples.OrderPlaced,
  outside: {
    dispatched: { after: ["arrange-shipment"], bars: ["cancel-shipment"] },
    delivered: { after: ["dispatched"] },
  },
};

Deno.test("fulfilment ends with all done, or all undone, or stuck, whatever happens on its way", () => {
  const { broken, schedules, crashes, acts, ends } = exploreSaga(shop, {
    seed: 1,
    schedules: 1_000,
    worlds: 2_000,
  });
  if (broken !== undefined) assert.fail(broken);
  assert.equal(schedules, 1_000);
  for (const count of [crashes, acts, ends.done, ends.undone]) assert.ok(count > 100, `${count}`);
});
