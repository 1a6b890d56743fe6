import type { Sql } from "postgres";
import type { View } from "@headwater/core";
import { type StockItemEvent, stockItemEvents } from "./contract.ts";

type ReservationRow = {
  reservation_id: string;
  order_id: string;
  sku: string;
  quantity: number;
  status: "reserved" | "released" | "shipped";
};

export const reservationView: View<ReservationRow, StockItemEvent> = {
  name: "reservations",
  version: 1,
  table: "reservation",
  columns: `
    reservation_id text primary key,
    order_id text not null,
    sku text not null,
    quantity bigint not null,
    status text not null`,
  indexes: ["create index if not exists reservation_order on reservation (order_id)"],
  keyColumn: "reservation_id",
  reads: [stockItemEvents],
  key: ({ data }) => "orderId" in data ? `${data.orderId}/${data.sku}` : undefined,
  evolve(row, event) {
    switch (event.type) {
      case "StockReserved": {
        const { orderId, sku, quantity } = event.data;
        return {
          reservation_id: `${orderId}/${sku}`,
          order_id: orderId,
          sku,
          quantity,
          status: "reserved",
        };
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
};

export async function listReservations(sql: Sql, orderId: string) {
  return await sql<Pick<ReservationRow, "sku" | "quantity" | "status">[]>`
    select sku, quantity, status from reservation where order_id = ${orderId} order by sku`;
}
