import { column, type RowOf, view } from "@headwater/core";
import type { Sql } from "postgres";
import { z } from "zod";
import { stockItemEvents } from "./contract.ts";

export const stockItemView = view({
  name: "stock-items",
  version: 1,
  module: import.meta.url,
  table: "stock_item",
  reads: [stockItemEvents],
  columns: {
    sku: column.text(),
    received: column.integer(),
    available: column.integer(),
    reserved: column.integer(),
    shipped: column.integer(),
  },
  primaryKey: "sku",
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
});

/** `onHand` lies in the warehouse, `available` of it can still be promised. */
export const stockItemAnswer = column.schemaOf(stockItemView.columns)
  .extend({ onHand: z.int() }).meta({ id: "StockItem" });

export async function findStockItem(
  sql: Sql,
  sku: string,
): Promise<z.output<typeof stockItemAnswer> | undefined> {
  const [row] = await sql<RowOf<typeof stockItemView>[]>`
    select ${stockItemView.select(sql)} from ${stockItemView.from(sql)} where sku = ${sku}`;
  return row && { ...row, onHand: row.available + row.reserved };
}
