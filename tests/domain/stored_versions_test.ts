import { openEventLog } from "@headwater/event-store";
import { order } from "@shop/order";
import { repository } from "@headwater/core";
import assert from "node:assert/strict";
import { placement } from "./placement_example.ts";

Deno.test("an event of an old version is folded as of today and stays as it was stored", async () => {
  await using log = openEventLog({ path: ":memory:" });
  const ofVersion1 = { orderId: "order-1", reason: "too slow" };
  const metadata = {
    $correlationId: "correlation-1",
    $causationId: "2f1c2cf5-5d4c-4c3b-9f62-6d0f0c5a4f11",
    commandId: "2f1c2cf5-5d4c-4c3b-9f62-6d0f0c5a4f11",
    commandHash: "hash",
    schemaVersion: 1,
  };
  await log.append("order-order-1", [
    {
      id: crypto.randomUUID(),
      type: "OrderPlaced",
      data: { ...placement, total: 2_999 },
      metadata,
    },
    { id: crypto.randomUUID(), type: "OrderCancellationStarted", data: ofVersion1, metadata },
    { id: crypto.randomUUID(), type: "OrderOfTheFuture", data: { anything: true }, metadata },
  ], { expected: "no-stream" });

  const orders = repository(order, { log });
  const { state, last } = await orders.load("order-1");
  assert.equal(state.status, "cancelling");
  assert.equal(last?.type, "OrderOfTheFuture", "what it does not know it passes over");
  const handled = await orders.handle(
    { type: "CompleteCancellation", data: { orderId: "order-1" } },
    { commandId: crypto.randomUUID(), correlationId: "correlation-1" },
  );
  assert.equal(handled.revision, 3);

  for await (const [, started] of log.read("order-order-1")) {
    assert.deepEqual(started?.data, ofVersion1);
    assert.equal(started?.metadata.schemaVersion, 1);
  }
});
