import assert from "node:assert/strict";
import { AggregateStore } from "./aggregate_store.ts";
import { cacheBudget } from "./cache.ts";
import { handle, open, receive, storeOn } from "./testing/stock_test_bed.ts";
import { stockItem, stockItemEvents } from "./testing/stock_item.ts";

Deno.test("a long fold lets timers have their turn, though its log never waits", async () => {
  const log = open();
  const writing = storeOn(log);
  for (let events = 0; events < 200; events++) await handle(writing, receive(1));
  const laborious = storeOn(log, {
    ...stockItem,
    evolve(state, event) {
      const until = performance.now() + 1;
      while (performance.now() < until);
      return stockItem.evolve(state, event);
    },
  });
  let turns = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  function turn(): void {
    turns += 1;
    timer = setTimeout(turn, 0);
  }
  turn();
  const { state } = await laborious.load("SKU1");
  clearTimeout(timer);
  assert.equal(state.available, 200);
  // 16 events between two looks at the clock, at 1 ms each
  assert.ok(turns >= 10, `${turns} turns in a fold of 200 ms`);
});

Deno.test("what is kept of streams is bounded by what it takes, few large ones or many small ones", async () => {
  const log = open();
  const metadata = {
    $correlationId: "correlation-1",
    $causationId: "correlation-1",
    commandId: "correlation-1",
    commandHash: "hash",
    schemaVersion: 1,
  };
  for (const index of Array(30).keys()) {
    // Every other one has many reservations, of orders with long names.
    const events = Array.from({ length: index % 2 === 0 ? 20 : 1 }, (_, event) => ({
      id: crypto.randomUUID(),
      type: "StockReserved",
      data: { sku: `SKU${index}`, orderId: `${event}-${"x".repeat(1_000)}`, quantity: 1 },
      metadata,
    }));
    await log.append(`stockItem-SKU${index}`, events, { expected: "no-stream" });
  }
  const budget = cacheBudget(100_000);
  const store = new AggregateStore({
    log,
    decider: stockItem,
    events: stockItemEvents,
    cacheBudget: budget,
  });
  const loaded = async (parity: number) => {
    for (let index = parity; index < 30; index += 2) await store.load(`SKU${index}`);
    const { bytes, limitBytes, entries } = budget.usage();
    assert.ok(bytes <= limitBytes);
    return entries;
  };
  assert.ok(await loaded(0) <= 4, "20 kB and more each");
  assert.ok(await loaded(1) >= 15, "some 2 kB each");
});
