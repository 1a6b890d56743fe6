import assert from "node:assert/strict";
import { cacheBudget } from "./cache.ts";
import { AggregateStore } from "./aggregate_store.ts";
import { derivedId } from "./derived_id.ts";
import { type EventLog, RevisionConflict } from "./event_log.ts";
import { handleCommand } from "./handle_command.ts";
import { Refusal } from "./refusal.ts";
import { stockItem, type StockItemCommand, stockItemEvents } from "./testing/stock_item.ts";
import {
  beforeAppend,
  correlationId,
  handle,
  open,
  receive,
  reserve,
  stored,
  storeOn,
} from "./testing/stock_test_bed.ts";

Deno.test("a command's events are appended after those that were folded", async () => {
  await using log = open();
  const store = storeOn(log);
  assert.deepEqual(await handle(store, receive(3)), { revision: 0, position: 1 });
  const context = { commandId: "2f1c2cf5-5d4c-4c3b-9f62-6d0f0c5a4f11", actor: "Ada" };
  const handled = await handle(store, reserve("order-1", 2), { ...context, causationId: "cause" });
  assert.deepEqual(handled, { revision: 1, position: 2 });

  const [, reserved] = await stored(log);
  assert.deepEqual(reserved?.data, { sku: "SKU1", orderId: "order-1", quantity: 2 });
  assert.equal(
    reserved?.id,
    derivedId(
      context.commandId,
      reserved?.metadata.commandHash ?? "",
      1,
      0,
      JSON.stringify(reserved?.data),
    ),
  );
  const { commandHash, ...metadata } = reserved.metadata;
  assert.match(commandHash, /^[\w-]{43}$/);
  assert.deepEqual(metadata, {
    $correlationId: correlationId,
    $causationId: "cause",
    commandId: context.commandId,
    schemaVersion: 1,
    actor: "Ada",
  });
  assert.deepEqual((await store.load("SKU1")).state, { available: 1, reserved: { "order-1": 2 } });
});

Deno.test("a command that is fulfilled already gives the place of the stream", async () => {
  await using log = open();
  const store = storeOn(log);
  assert.deepEqual(
    await handle(store, { type: "ReleaseStock", data: { sku: "SKU1", orderId: "order-1" } }),
    { revision: -1, position: undefined },
  );
  await handle(store, receive(1));
  await handle(store, reserve("order-1"));
  const handled = await handle(store, reserve("order-1"));
  assert.deepEqual(handled, { revision: 1, position: 2 });
  assert.equal((await stored(log)).length, 2);
});

Deno.test("a refused command appends nothing", async () => {
  await using log = open();
  const store = storeOn(log);
  await handle(store, receive(5));
  await handle(store, reserve("order-1", 2));
  await assert.rejects(
    handle(store, reserve("order-1", 3)),
    (error) => error instanceof Refusal && error.code === "reservation-exists",
  );
  assert.equal((await stored(log)).length, 2);
});

Deno.test("a repeated command gives its first result and is not decided again, a hundred commands later and after a restart", async () => {
  await using log = open();
  const store = storeOn(log);
  const commandId = crypto.randomUUID();
  const first = await handle(store, receive(7), { commandId });
  for (let count = 0; count < 100; count++) await handle(store, receive(1));
  assert.deepEqual(await handle(store, receive(7), { commandId }), first);

  const undecided = { ...stockItem, decide: () => assert.fail("must not decide again") };
  const afterRestart = storeOn(log, undecided);
  assert.deepEqual(await handle(afterRestart, receive(7), { commandId }), first);
  assert.equal((await stored(log)).length, 101);
});

Deno.test("the same id with another command is refused", async () => {
  await using log = open();
  const commandId = crypto.randomUUID();
  await handle(storeOn(log), receive(7), { commandId });
  for (const store of [storeOn(log), storeOn(log)]) {
    await assert.rejects(
      handle(store, receive(8), { commandId }),
      (error) => error instanceof Refusal && error.code === "idempotency-key-reused",
    );
  }
});

Deno.test("If-Match holds at the stream's revision and fails at once anywhere else", async () => {
  await using log = open();
  const store = storeOn(log);
  await handle(store, receive(1));
  const commandId = crypto.randomUUID();
  const first = await handle(store, receive(2), { commandId, expectedRevision: 0 });
  assert.equal(first.revision, 1);
  for (const expectedRevision of [0, 2, [], [0, 2]]) {
    await assert.rejects(
      handle(store, receive(3), { expectedRevision }),
      (error) => error instanceof RevisionConflict && error.actual === 1,
    );
  }
  const repeated = await handle(store, receive(2), { commandId, expectedRevision: 0 });
  assert.deepEqual(repeated, first);
  assert.equal((await stored(log)).length, 2);
});

Deno.test("of several revisions one has to match, and any will do where the stream only has to exist", async () => {
  await using log = open();
  const store = storeOn(log);
  await assert.rejects(handle(store, receive(1), { expectedRevision: "exists" }), RevisionConflict);
  await handle(store, receive(1));
  assert.equal((await handle(store, receive(1), { expectedRevision: [7, 0] })).revision, 1);
  assert.equal((await handle(store, receive(1), { expectedRevision: "exists" })).revision, 2);
});

Deno.test("what another store appended is seen by the next command", async () => {
  await using log = open();
  const [one, other] = [storeOn(log), storeOn(log)];
  await handle(one, receive(1));
  assert.equal((await other.load("SKU1")).state.available, 1);
  await handle(one, receive(4));
  assert.equal((await other.load("SKU1")).state.available, 5);
  await handle(other, reserve("order-1", 5));
  assert.deepEqual((await one.load("SKU1")).state, { available: 0, reserved: { "order-1": 5 } });
});

/** The log, and how often a stream of it was read. */
function countingReads(log: EventLog): { readonly log: EventLog; reads(): number } {
  let reads = 0;
  const counting: EventLog = {
    ...beforeAppend(log, () => Promise.resolve()),
    read(...args) {
      reads += 1;
      return log.read(...args);
    },
  };
  return { log: counting, reads: () => reads };
}

Deno.test("a command that leads to events costs the log an append and no reading, whether its stream is new or known", async () => {
  await using log = open();
  const counting = countingReads(log);
  const store = storeOn(counting.log);
  await handle(store, receive(3));
  await handle(store, reserve("order-1", 2));
  assert.equal(counting.reads(), 0);
  assert.deepEqual((await store.load("SKU1")).state, { available: 1, reserved: { "order-1": 2 } });
});

Deno.test("what is remembered decides neither that nothing is to be done nor a refusal: others may have changed it", async () => {
  await using log = open();
  const [one, other] = [storeOn(log), storeOn(log)];
  await handle(one, receive(9));
  await handle(one, reserve("order-1", 2));
  await handle(other, { type: "ReleaseStock", data: { sku: "SKU1", orderId: "order-1" } });
  // As `one` remembers it, these are reserved already, and under another quantity.
  assert.equal((await handle(one, reserve("order-1", 2))).revision, 3);
  await handle(other, { type: "ReleaseStock", data: { sku: "SKU1", orderId: "order-1" } });
  assert.equal((await handle(one, reserve("order-1", 3))).revision, 5);
});

Deno.test("where nobody else decides, that nothing follows from what is known is true without a question", async () => {
  await using log = open();
  const counting = countingReads(log);
  const known = storeOn(counting.log);
  const request = (command: StockItemCommand) => ({
    ...{ id: "SKU1", command, isOnlyDecider: true },
    context: { commandId: crypto.randomUUID(), correlationId: "1" },
  });
  await handle(known, receive(9));
  await handle(known, reserve("order-1", 2));
  const repeated = await handleCommand(known, request(reserve("order-1", 2)));
  assert.equal(repeated.revision, 1);
  assert.equal(counting.reads(), 0);
  // Nothing is known after a restart
  const restarted = storeOn(counting.log);
  assert.equal((await handleCommand(restarted, request(reserve("order-1", 2)))).revision, 1);
  assert.equal(counting.reads(), 1);
});

Deno.test("what was appended here is folded as the log gives it back", async () => {
  await using log = open();
  const folded: unknown[] = [];
  const telling: typeof stockItem = {
    ...stockItem,
    evolve(state, event) {
      folded.push(event.data);
      return stockItem.evolve(state, event);
    },
  };
  const store = storeOn(log, telling);
  const command = receive(1);
  await handle(store, command);
  await storeOn(log, telling).load("SKU1");
  const [here, there] = folded;
  assert.deepEqual(here, there);
  assert.notEqual(here, command.data);
});

Deno.test("all events of a command are appended, or none", async () => {
  await using log = open();
  const twice: typeof stockItem = {
    ...stockItem,
    decide: (command, state) => [
      ...stockItem.decide(command, state),
      ...stockItem.decide(command, state),
    ],
  };
  const commandId = crypto.randomUUID();
  const handled = await handle(storeOn(log, twice), receive(2), { commandId });
  assert.deepEqual(handled, { revision: 1, position: 2 });
  const again = await handle(storeOn(log), receive(2), { commandId });
  assert.deepEqual(again, { revision: 1, position: 2 });

  const halfWrong: typeof stockItem = {
    ...stockItem,
    decide: (command, state) => [
      ...stockItem.decide(command, state),
      { type: "StockReceived", data: { sku: "SKU1", quantity: -1 } },
    ],
  };
  await assert.rejects(handle(storeOn(log, halfWrong), receive(2)), { name: "ZodError" });
  assert.equal((await stored(log)).length, 2);
});

Deno.test("commands on one stream take turns, so that none loses a race against its own store", async () => {
  await using log = open();
  let appends = 0;
  const counted = beforeAppend(log, () => Promise.resolve(void (appends += 1)));
  const store = storeOn(counted);
  await Promise.all(Array.from({ length: 50 }, () => handle(store, receive(1))));
  assert.equal(appends, 50);
  assert.equal((await store.load("SKU1")).state.available, 50);
});

Deno.test("a command that fails leaves its turn to the next", async () => {
  await using log = open();
  const store = storeOn(log);
  const [failed, handled] = await Promise.allSettled([
    handle(store, receive(0.5)),
    handle(store, receive(1)),
  ]);
  assert.equal(failed.status, "rejected");
  assert.equal(handled.status, "fulfilled");
});

Deno.test("a store without room for what it folds reads the stream anew", async () => {
  await using log = open();
  const store = new AggregateStore({
    log,
    decider: stockItem,
    events: stockItemEvents,
    cacheBudget: cacheBudget(1),
  });
  const commandId = crypto.randomUUID();
  const first = await handle(store, receive(1), { commandId });
  await handle(store, receive(1));
  await store.load("SKU2");
  assert.deepEqual(await handle(store, receive(1), { commandId }), first);
  assert.equal((await store.load("SKU1")).state.available, 2);
});
