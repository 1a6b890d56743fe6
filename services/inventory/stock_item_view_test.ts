import { rowsAfter } from "@headwater/testing";
import assert from "node:assert/strict";
import type { StockItemEvent } from "./contract.ts";
import { stockItemEventExamples as event } from "./examples.ts";
import { stockItemView } from "./stock_item_view.ts";

function stockAfter(...events: StockItemEvent[]): number[] {
  const row = rowsAfter(stockItemView, ...events).get("SKU1")!;
  return [row.received, row.available, row.reserved, row.shipped];
}

Deno.test("the stock of an item moves between available, reserved and shipped", () => {
  const { StockReceived, StockReserved, StockReleased, StockShipped } = event;
  assert.deepEqual(stockAfter(StockReceived), [10, 10, 0, 0]);
  assert.deepEqual(stockAfter(StockReceived, StockReserved), [10, 8, 2, 0]);
  assert.deepEqual(stockAfter(StockReceived, StockReserved, StockReleased), [10, 10, 0, 0]);
  assert.deepEqual(stockAfter(StockReceived, StockReserved, StockShipped), [10, 8, 0, 2]);
});

Deno.test("a rejected reservation leaves the stock, and makes no item of an unknown SKU", () => {
  assert.deepEqual(stockAfter(event.StockReceived, event.StockReservationRejected), [10, 10, 0, 0]);
  assert.equal(rowsAfter(stockItemView, event.StockReservationRejected).size, 0);
});
