import type { Sql } from "postgres";
import type { View } from "@headwater/core";
import { type StockItemEvent, stockItemEvents } from "./contract.ts";

type StockItemRow = {
  sku: string;
  received: number;
  available: number;
  reserved: number;
  shipped: number;
};

export const stockItemView: View<StockItemRow, StockItemEvent> = {
  name: "stock-items",
  version: 1,
  table: "stock_item",
  columns: `
    sku text primary key,
    received bigint not null,
    available bigint not null,
    reserved bigint not null,
    shipped bigint not null`,
  keyColumn: "sku",
  reads: [stockItemEvents],
  key: ({ data }) => data.sku,
  evolve(row, { type, data }) {
    const { sku, quantity } = data;
    const item = row ?? { sku, received: 0, available: 0, reserved: 0, shipped: 0 };
    const { received, available, reserved, shipped } = item;
    switch (type) {
      case "StockReceived":
        return { ...item, received: received + quantity, available: available + quantity };
      case "StockReserved":
        return { ...item, available: available - quantity, reserved: reserved + quantity };
      case "StockReservationRejected":
        return row;
      case "StockReleased":
        return { ...item, available: available + quantity, reserved: reserved - quantity };
      case "StockShipped":
        return { ...item, reserved: reserved - quantity, shipped: shipped + quantity };
    }
  },
};

/** `onHand` lies in the warehouse, `available` of it can still be promised. */
export async function findStockItem(sql: Sql, sku: string) {
  const [row] = await sql<StockItemRow[]>`select * from stock_item where sku = ${sku}`;
  return row && { ...row, onHand: row.available + row.reserved };
}
