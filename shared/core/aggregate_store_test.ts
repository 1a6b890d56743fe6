import assert from "node:assert/strict";
import { handle, open, receive, storeOn } from "./testing/stock_test_bed.ts";
import { stockItem } from "./testing/stock_item.ts";

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
