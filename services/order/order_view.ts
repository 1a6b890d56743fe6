import type { Sql } from "postgres";
import type { View } from "@headwater/core";
import { type OrderEvent, orderEvents } from "./contract.ts";
import type { OrderStatus } from "./order.ts";

type Placed = Extract<OrderEvent, { type: "OrderPlaced" }>["data"];

type OrderRow = {
  order_id: string;
  customer_id: string;
  status: OrderStatus;
  reason: string | null;
  currency: string;
  total: number;
  lines: Placed["lines"];
  shipping_address: Placed["shippingAddress"];
  payment_method: string;
  placed_at: string;
  /** Of `OrderPlaced`: newest first is the greatest first. */
  placed_position: number;
  revision: number;
};

export const orderView: View<OrderRow, OrderEvent> = {
  name: "orders",
  version: 1,
  table: "customer_order",
  columns: `
    order_id text primary key,
    customer_id text not null,
    status text not null,
    reason text,
    currency text not null,
    total bigint not null,
    lines jsonb not null,
    shipping_address jsonb not null,
    payment_method text not null,
    placed_at text not null,
    placed_position bigint not null,
    revision bigint not null`,
  indexes: [
    "create index if not exists customer_order_newest on customer_order (placed_position)",
    "create index if not exists customer_order_customer on customer_order (customer_id, placed_position)",
    "create index if not exists customer_order_status on customer_order (status, placed_position)",
  ],
  keyColumn: "order_id",
  reads: [orderEvents],
  key: ({ data }) => data.orderId,
  evolve(row, event) {
    if (event.type === "OrderPlaced") {
      const { data } = event;
      return {
        order_id: data.orderId,
        customer_id: data.customerId,
        status: "placed",
        reason: null,
        currency: data.currency,
        total: data.total,
        lines: data.lines,
        shipping_address: data.shippingAddress,
        payment_method: data.paymentMethod,
        placed_at: event.recordedAt,
        placed_position: event.position,
        revision: event.revision,
      };
    }
    if (!row) return undefined;
    const { revision } = event;
    switch (event.type) {
      case "OrderConfirmed":
        return { ...row, revision, status: "confirmed" };
      case "OrderConfirmationWithdrawn":
        return { ...row, revision };
      case "OrderCancellationStarted":
        return { ...row, revision, status: "cancelling", reason: event.data.reason };
      case "OrderCancellationRejected":
        return { ...row, revision, status: "confirmed", reason: null };
      case "OrderCancelled":
        return { ...row, revision, status: "cancelled", reason: event.data.reason };
      case "OrderShipped":
        return { ...row, revision, status: "shipped" };
      case "OrderDelivered":
        return { ...row, revision, status: "delivered" };
    }
  },
};

export async function findOrder(sql: Sql, orderId: string) {
  const [row] = await sql<OrderRow[]>`select * from customer_order where order_id = ${orderId}`;
  return row && {
    ...summary(row),
    lines: row.lines,
    shippingAddress: row.shipping_address,
    paymentMethod: row.payment_method,
  };
}

export type OrderFilter = {
  readonly customerId?: string;
  readonly status?: OrderStatus;
  readonly limit: number;
  /** Only orders placed before this position. */
  readonly before?: number;
};

/** Newest first, one more than asked for where there are more. */
async function selectOrders(sql: Sql, { customerId, status, limit, before }: OrderFilter) {
  return await sql<OrderRow[]>`
    select * from customer_order
    where true
      ${customerId === undefined ? sql`` : sql`and customer_id = ${customerId}`}
      ${status === undefined ? sql`` : sql`and status = ${status}`}
      ${before === undefined ? sql`` : sql`and placed_position < ${before}`}
    order by placed_position desc
    limit ${limit + 1}`;
}

/** A page of summaries, newest first; the cursor stays valid while orders come in. */
export async function listOrders(sql: Sql, filter: OrderFilter) {
  const rows = await selectOrders(sql, filter);
  const page = rows.slice(0, filter.limit);
  const more = rows.length > filter.limit;
  return {
    items: page.map(summary),
    nextCursor: more ? String(page.at(-1)?.placed_position) : null,
  };
}

function summary(row: OrderRow) {
  return {
    orderId: row.order_id,
    customerId: row.customer_id,
    status: row.status,
    ...(row.reason !== null && { reason: row.reason }),
    currency: row.currency,
    total: row.total,
    placedAt: row.placed_at,
    revision: row.revision,
  };
}
