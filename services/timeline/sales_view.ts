import { column, type RowOf, view } from "@headwater/core";
import { orderEvents } from "@shop/order/contract";
import { paymentEvents } from "@shop/payment/contract";
import { describe } from "@headwater/http";
import type { Sql } from "postgres";

/** What an order has of one SKU, over all its lines; the amount in minor units. */
type Sold = { readonly sku: string; readonly quantity: number; readonly amount: number };

/**
 * What was sold, by the day on which it was ordered (UTC), SKU and currency: paid and not given back; and what was given
 * back. Each row is what one order has to do with that. What it means when an order is paid, cancelled or corrected
 * is said nowhere: the sums are always what the rows contribute.
 */
export const salesView = view({
  name: "sales",
  version: 3,
  module: import.meta.url,
  table: "sales_order",
  reads: [orderEvents, paymentEvents],
  columns: {
    orderId: column.text(),
    day: column.text(),
    currency: column.text(),
    sold: column.json<readonly Sold[]>(),
    payment: column.text(["none", "charged", "refunded"]),
  },
  primaryKey: "orderId",
  key: ({ data }) => data.orderId,
  evolve(row, event, orderId) {
    switch (event.type) {
      case "OrderPlaced": {
        const { currency, lines } = event.data;
        const day = event.recordedAt.slice(0, "2026-01-01".length);
        return { orderId, day, currency, sold: soldBySku(lines), payment: "none" };
      }
      case "PaymentCharged":
        return row && { ...row, payment: "charged" };
      case "PaymentRefunded":
        return row && { ...row, payment: "refunded" };
      default:
        return row;
    }
  },
  sums: {
    table: "sales",
    columns: {
      day: column.text(),
      sku: column.text(),
      currency: column.text(),
      orders: column.integer(),
      quantity: column.integer(),
      revenue: column.integer(),
      refunds: column.integer(),
    },
    key: ["day", "sku", "currency"],
    indexes: [["sku", "day"]],
    contributes({ day, currency, sold, payment }) {
      if (payment === "none") return [];
      return sold.map(({ sku, quantity, amount }) =>
        payment === "charged"
          ? { day, sku, currency, orders: 1, quantity, revenue: amount, refunds: 0 }
          : { day, sku, currency, orders: 0, quantity: 0, revenue: 0, refunds: amount }
      );
    },
  },
});

function soldBySku(
  lines: readonly { readonly sku: string; readonly quantity: number; readonly unitPrice: number }[],
): readonly Sold[] {
  const bySku = new Map<string, Sold>();
  for (const { sku, quantity, unitPrice } of lines) {
    const before = bySku.get(sku) ?? { sku, quantity: 0, amount: 0 };
    bySku.set(sku, {
      sku,
      quantity: before.quantity + quantity,
      amount: before.amount + quantity * unitPrice,
    });
  }
  return [...bySku.values()];
}

/** A page of sums, as clients are shown it. */
export const salesPageAnswer = describe.pageSchema(
  column.schemaOf(salesView.sums.columns).meta({ id: "Sales" }),
);

type SalesKey = { readonly day: string; readonly sku: string; readonly currency: string };

/** Which sums: of the days `from` to `to`, both included; undefined: all. */
export type SalesQuery = {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly sku?: string | undefined;
  /** Where the page before ended. */
  readonly after?: SalesKey | undefined;
  readonly limit: number;
};

/** A page of sums, by day, SKU and currency. */
export async function salesPage(sql: Sql, { from, to, sku, after, limit }: SalesQuery) {
  const { sums } = salesView;
  const rows = await sql<RowOf<typeof sums>[]>`
    select ${sums.select(sql)} from ${sums.from(sql)}
    where true
      ${from === undefined ? sql`` : sql`and sales.day >= ${from}`}
      ${to === undefined ? sql`` : sql`and sales.day <= ${to}`}
      ${sku === undefined ? sql`` : sql`and sales.sku = ${sku}`}
      ${
    after === undefined
      ? sql``
      : sql`and (sales.day, sales.sku, sales.currency) > (${after.day}, ${after.sku}, ${after.currency})`
  }
    order by sales.day, sales.sku, sales.currency
    limit ${limit + 1}`;
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit ? last : undefined };
}
