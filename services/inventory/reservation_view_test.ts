import { rowsAfter } from "@headwater/testing";
import assert from "node:assert/strict";
import type { StockItemEvent } from "./contract.ts";
import { stockItemEventExamples as event } from "./examples.ts";
import { reservationView } from "./reservation_view.ts";

function statusAfter(...events: StockItemEvent[]): string | undefined {
  return rowsAfter(reservationView, ...events).get("order-1/SKU1")?.status;
}

Deno.test("a reservation has one row per order and SKU", () => {
  const other = { ...event.StockReserved.data, orderId: "order-2" };
  const rows = rowsAfter(reservationView, event.StockReceived, event.StockReserved, {
    type: "StockReserved",
    data: other,
  });
  assert.deepEqual([...rows.keys()], ["order-1/SKU1", "order-2/SKU1"]);
  assert.deepEqual(rows.get("order-1/SKU1"), {
    reservationId: "order-1/SKU1",
    orderId: "order-1",
    sku: "SKU1",
    quantity: 2,
    status: "reserved",
  });
});

Deno.test("a reservation is reserved, released or shipped; a rejected one is none", () => {
  assert.equal(statusAfter(event.StockReserved), "reserved");
  assert.equal(statusAfter(event.StockReserved, event.StockReleased), "released");
  assert.equal(statusAfter(event.StockReserved, event.StockShipped), "shipped");
  assert.equal(statusAfter(event.StockReservationRejected), undefined);
});
