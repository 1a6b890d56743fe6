import assert from "node:assert/strict";
import type { EventLog, NewEvent } from "./event_log.ts";
import { Refusal } from "./refusal.ts";
import {
  beforeAppend,
  handle,
  open,
  receive,
  reserve,
  stored,
  storeOn,
} from "./testing/stock_test_bed.ts";

const receiving = "5b0e0d0e-6f5f-4b57-8a30-0c6a7f5e9d01";
const reserving = "b3f6a1c2-90d4-4e1b-8f6e-2d7c5a4b3e02";

/** What version 0.1.0 stored for `receive(7)`: its events' ids say which command, but not what it asked for. */
const received: NewEvent = {
  id: "5d8903bb-10be-58b6-9e33-49f27d3ece49",
  type: "StockReceived",
  data: { sku: "SKU1", quantity: 7 },
  metadata: {
    $correlationId: "correlation-1",
    $causationId: receiving,
    commandId: receiving,
    commandHash: "OXAk1LW-CZpHQFtkyi1lNsUNmt77ipEqwXHYTpD-BHM",
    schemaVersion: 1,
  },
};

/** For `reserve("order-1", 2)`. */
const reserved: NewEvent = {
  id: "31b22923-1117-5776-9f7a-e2f6d344d434",
  type: "StockReserved",
  data: { sku: "SKU1", orderId: "order-1", quantity: 2 },
  metadata: {
    $correlationId: "correlation-1",
    $causationId: reserving,
    commandId: reserving,
    commandHash: "iH_94RPqpsHomwg28FAkh3awhT1QEUP5484cARo1vZc",
    schemaVersion: 1,
  },
};

async function openStored(): Promise<EventLog> {
  const log = open();
  await log.append("stockItem-SKU1", [received], { expected: "no-stream" });
  await log.append("stockItem-SKU1", [reserved], { expected: 0 });
  return log;
}

Deno.test("commands that an earlier version handled give their first result, and new ones go on", async () => {
  await using log = await openStored();
  const store = storeOn(log);
  assert.deepEqual(await handle(store, receive(7), { commandId: receiving }), {
    revision: 0,
    position: 1,
  });
  assert.deepEqual(await handle(store, reserve("order-1", 2), { commandId: reserving }), {
    revision: 1,
    position: 2,
  });
  const commandId = crypto.randomUUID();
  const next = await handle(store, reserve("order-2", 5), { commandId });
  assert.deepEqual(next, { revision: 2, position: 3 });
  assert.deepEqual(await handle(storeOn(log), reserve("order-2", 5), { commandId }), next);
  assert.deepEqual((await store.load("SKU1")).state, {
    available: 0,
    reserved: { "order-1": 2, "order-2": 5 },
  });
});

Deno.test("an id that an earlier version handled is refused for another command", async () => {
  await using log = await openStored();
  await assert.rejects(
    handle(storeOn(log), receive(8), { commandId: receiving }),
    (error) => error instanceof Refusal && error.code === "idempotency-key-reused",
  );
  assert.equal((await stored(log)).length, 2);
});

Deno.test("a command that an earlier version handles at the same time has one effect", async () => {
  for (const expectedRevision of [undefined, 0]) {
    await using log = open();
    await log.append("stockItem-SKU1", [received], { expected: "no-stream" });
    const racing = beforeAppend(
      log,
      async () => void await log.append("stockItem-SKU1", [reserved], { expected: 0 }),
    );
    const context = { commandId: reserving, expectedRevision };
    const handled = await handle(storeOn(racing), reserve("order-1", 2), context);
    assert.deepEqual(handled, { revision: 1, position: 2 });
    assert.equal((await stored(log)).length, 2);
  }
});
