import assert from "node:assert/strict";
import { RevisionConflict } from "./event_log.ts";
import { Refusal } from "./refusal.ts";
import { stockItem } from "./testing/stock_item.ts";
import {
  beforeAppend,
  handle,
  open,
  receive,
  reserve,
  stored,
  storeOn,
} from "./testing/stock_test_bed.ts";

Deno.test("the same id with another command is refused when both come at the same time", async () => {
  await using log = open();
  const commandId = crypto.randomUUID();
  const rival = storeOn(log);
  const racing = beforeAppend(log, async () => void await handle(rival, receive(7), { commandId }));
  await assert.rejects(
    handle(storeOn(racing), receive(8), { commandId }),
    (error) => error instanceof Refusal && error.code === "idempotency-key-reused",
  );
  const again = await handle(storeOn(racing), receive(7), { commandId });
  assert.deepEqual(again, { revision: 0, position: 1 });
});

Deno.test("the same command that races itself gets the first result and has one effect", async () => {
  for (const expectedRevision of [undefined, 0]) {
    await using log = open();
    const commandId = crypto.randomUUID();
    const rival = storeOn(log);
    await handle(rival, receive(1));
    let first: unknown;
    const racing = beforeAppend(log, async () => {
      first = await handle(rival, receive(7), { commandId });
      await handle(rival, receive(1));
    });
    const handled = await handle(storeOn(racing), receive(7), { commandId, expectedRevision });
    assert.deepEqual([handled, first], [{ revision: 1, position: 2 }, handled]);
    assert.equal((await stored(log)).length, 3);
  }
});

Deno.test("the same command that races itself gets the first result though it then led to more or fewer events", async () => {
  const twice: typeof stockItem = {
    ...stockItem,
    decide: (command, state) => [
      ...stockItem.decide(command, state),
      ...stockItem.decide(command, state),
    ],
  };
  for (const [first, second] of [[twice, stockItem], [stockItem, twice]] as const) {
    await using log = open();
    const commandId = crypto.randomUUID();
    const rival = storeOn(log, first);
    const racing = beforeAppend(
      log,
      async () => void await handle(rival, receive(7), { commandId }),
    );
    const handled = await handle(storeOn(racing, second), receive(7), { commandId });
    assert.deepEqual(handled, await handle(rival, receive(7), { commandId }));
    assert.equal((await stored(log)).length, first === twice ? 2 : 1);
  }
});

Deno.test("the same command that another release decided otherwise gets the first result, and the state of what was stored", async () => {
  const generous: typeof stockItem = {
    ...stockItem,
    decide: () => [{ type: "StockReceived", data: { sku: "SKU1", quantity: 100 } }],
  };
  await using log = open();
  const commandId = crypto.randomUUID();
  const first = await handle(storeOn(log), receive(7), { commandId });
  const newer = storeOn(log, generous);
  assert.deepEqual(await handle(newer, receive(7), { commandId }), first);
  assert.equal((await newer.load("SKU1")).state.available, 7);
});

Deno.test("the same id with another command is refused under If-Match too when both come at the same time", async () => {
  await using log = open();
  const commandId = crypto.randomUUID();
  const rival = storeOn(log);
  await handle(rival, receive(1));
  const racing = beforeAppend(log, async () => void await handle(rival, receive(7), { commandId }));
  await assert.rejects(
    handle(storeOn(racing), receive(8), { commandId, expectedRevision: 0 }),
    (error) => error instanceof Refusal && error.code === "idempotency-key-reused",
  );
  assert.equal((await stored(log)).length, 2);
});

Deno.test("two stores that race for the last piece promise it once", async () => {
  await using log = open();
  const stores = [storeOn(log), storeOn(log)];
  await handle(stores[0]!, receive(1));
  await Promise.all(
    Array.from({ length: 8 }, (_, number) => handle(stores[number % 2]!, reserve(`o${number}`))),
  );
  const types = (await stored(log)).map(({ type }) => type);
  assert.equal(types.filter((type) => type === "StockReserved").length, 1);
  assert.equal(types.filter((type) => type === "StockReservationRejected").length, 7);
});

Deno.test("a lost race is decided again on what the log then holds", async () => {
  await using log = open();
  const rival = storeOn(log);
  await handle(rival, receive(1));
  let races = 0;
  const racing = beforeAppend(log, async () => {
    if (races++ === 0) await handle(rival, reserve("order-of-the-rival"));
  });
  await handle(storeOn(racing), reserve("order-1"));
  const last = (await stored(log)).at(-1);
  assert.equal(last?.type, "StockReservationRejected");
  assert.equal((last?.data as { available: number }).available, 0);
});

Deno.test("a command that loses every race gives up at the fifth try", async () => {
  await using log = open();
  const rival = storeOn(log);
  let races = 0;
  const racing = beforeAppend(log, async () => {
    races += 1;
    await handle(rival, receive(1));
  });
  await assert.rejects(handle(storeOn(racing), receive(100)), RevisionConflict);
  assert.equal(races, 5);
  assert.equal((await stored(log)).length, 5);
});

Deno.test("a race lost under If-Match is not tried again", async () => {
  await using log = open();
  const rival = storeOn(log);
  await handle(rival, receive(1));
  let races = 0;
  const racing = beforeAppend(log, async () => {
    races += 1;
    await handle(rival, receive(1));
  });
  await assert.rejects(
    handle(storeOn(racing), receive(2), { expectedRevision: 0 }),
    RevisionConflict,
  );
  assert.equal(races, 1);
});

Deno.test("a race lost by a command that only needs the stream to exist is tried again", async () => {
  await using log = open();
  const rival = storeOn(log);
  await handle(rival, receive(1));
  let races = 0;
  const racing = beforeAppend(log, async () => {
    if (races++ === 0) await handle(rival, receive(1));
  });
  const handled = await handle(storeOn(racing), receive(2), { expectedRevision: "exists" });
  assert.equal(handled.revision, 2);
});
