import { column, type RowOf, view } from "@headwater/core";
import { describe, type Page, readPage } from "@headwater/http";
import type { Sql } from "postgres";
import { z } from "zod";
import { orderEvents, orderLine, orderStatuses, shippingAddress } from "./contract.ts";

type OrderRow = RowOf<typeof orderView>;

export const orderView = view({
  name: "orders",
  version: 2,
  module: import.meta.url,
  table: "customer_order",
  reads: [orderEvents],
  columns: {
    orderId: column.text(),
    customerId: column.text(),
    status: column.text(orderStatuses),
    reason: column.text().nullable(),
    currency: column.text(),
    total: column.integer(),
    lines: column.json(z.array(orderLine)),
    shippingAddress: column.json(shippingAddress),
    paymentMethod: column.text(),
    placedAt: column.text(),
    /** Of `OrderPlaced`: newest first is the greatest first. */
    placedPosition: column.integer(),
    revision: column.integer(),
  },
  primaryKey: "orderId",
  indexes: [["placedPosition"], ["customerId", "placedPosition"], ["status", "placedPosition"]],
  key: ({ data }) => data.orderId,
  evolve(row, event) {
    const { revision } = event;
    if (event.type === "OrderPlaced") {
      const { data } = event;
      return {
        orderId: data.orderId,
        customerId: data.customerId,
        status: "placed",
        reason: null,
        currency: data.currency,
        total: data.total,
        lines: data.lines,
        shippingAddress: data.shippingAddress,
        paymentMethod: data.paymentMethod,
        placedAt: event.recordedAt,
        placedPosition: event.position,
        revision,
      };
    }
    if (!row) return undefined;
    switch (event.type) {
      case "OrderConfirmed":
        return { ...row, revision, status: "confirmed" };
      case "OrderPaymentOverdue":
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
});

/** An order as clients are shown it. */
export const orderAnswer = column.schemaOf(orderView.columns).omit({ placedPosition: true })
  .extend({ reason: z.string().optional(), placedAt: z.iso.datetime() })
  .meta({ id: "Order" });

/** Without what only its own page shows. */
const orderSummary = orderAnswer.omit({ lines: true, shippingAddress: true, paymentMethod: true })
  .meta({ id: "OrderSummary" });

export const orderPageAnswer = describe.pageSchema(orderSummary);

export async function findOrder(
  sql: Sql,
  orderId: string,
): Promise<z.output<typeof orderAnswer> | undefined> {
  const [row] = await sql<OrderRow[]>`
    select ${orderView.select(sql)} from ${orderView.from(sql)} where order_id = ${orderId}`;
  if (!row) return undefined;
  const { lines, shippingAddress, paymentMethod } = row;
  return { ...summary(row), lines, shippingAddress, paymentMethod };
}

/** A page of summaries, newest first. */
export async function orderPage(
  sql: Sql,
  page: Page<OrderRow>,
): Promise<z.output<typeof orderPageAnswer>> {
  const { rows, nextCursor } = await readPage(sql, {
    view: orderView,
    newestFirst: "placedPosition",
    ...page,
  });
  return { items: rows.map(summary), nextCursor };
}

function summary(row: OrderRow) {
  const { orderId, customerId, status, reason, currency, total, placedAt, revision } = row;
  const said = reason === null ? {} : { reason };
  return { orderId, customerId, status, ...said, currency, total, placedAt, revision };
}
