import { column, type RowOf, view } from "@headwater/core";
import type { Sql } from "postgres";
import { z } from "zod";
import { stockItemEvents } from "./contract.ts";

export const reservationView = view({
  name: "reservations",
  version: 1,
  module: import.meta.url,
  table: "reservation",
  reads: [stockItemEvents],
  columns: {
    reservationId: column.text(),
    orderId: column.text(),
    sku: column.text(),
    quantity: column.integer(),
    status: column.text(["reserved", "released", "shipped"]),
  },
  primaryKey: "reservationId",
  indexes: [["orderId"]],
  key: ({ data }) => "orderId" in data ? `${data.orderId}/${data.sku}` : undefined,
  evolve(row, event) {
    switch (event.type) {
      case "StockReserved": {
        const { orderId, sku, quantity } = event.data;
        const reservationId = `${orderId}/${sku}`;
        return { reservationId, orderId, sku, quantity, status: "reserved" };
      }
      case "StockReleased":
        return row && { ...row, status: "released" };
      case "StockShipped":
        return row && { ...row, status: "shipped" };
      case "StockReceived":
      case "StockReservationRejected":
        return row;
    }
  },
});

/** What an order has of each SKU. */
export const reservationsAnswer = z.array(
  column.schemaOf(reservationView.columns).pick({ sku: true, quantity: true, status: true })
    .meta({ id: "Reservation" }),
);

export async function listReservations(
  sql: Sql,
  orderId: string,
): Promise<z.output<typeof reservationsAnswer>> {
  const rows = await sql<RowOf<typeof reservationView>[]>`
    select ${reservationView.select(sql)} from ${reservationView.from(sql)}
    where order_id = ${orderId} order by reservation.sku`;
  return rows.map(({ sku, quantity, status }) => ({ sku, quantity, status }));
}
