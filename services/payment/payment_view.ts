import { column, type RowOf, view } from "@headwater/core";
import type { Sql } from "postgres";
import { z } from "zod";
import { paymentEvents } from "./contract.ts";

export const paymentView = view({
  name: "payments",
  version: 2,
  module: import.meta.url,
  table: "payment",
  reads: [paymentEvents],
  columns: {
    paymentId: column.text(),
    orderId: column.text(),
    status: column.text(["pending", "charged", "declined", "refunded", "unknown"]),
    reason: column.text().nullable(),
    currency: column.text(),
    charged: column.integer(),
    refunded: column.integer(),
  },
  primaryKey: "paymentId",
  indexes: [["orderId"]],
  key: ({ data }) => data.paymentId,
  evolve(row, event) {
    if (event.type === "PaymentRequested") {
      const { paymentId, orderId, currency } = event.data;
      const nothing = { reason: null, charged: 0, refunded: 0 };
      return { paymentId, orderId, status: "pending", currency, ...nothing };
    }
    if (!row) return undefined;
    switch (event.type) {
      case "PaymentAttemptFailed":
        return row;
      case "PaymentOutcomeUnknown":
        return { ...row, status: "unknown" };
      case "PaymentCharged":
        return { ...row, status: "charged", charged: row.charged + event.data.amount };
      case "PaymentDeclined":
        return { ...row, status: "declined", reason: event.data.reason };
      case "PaymentRefunded":
        return { ...row, status: "refunded", refunded: row.refunded + event.data.amount };
    }
  },
});

/** A payment as clients are shown it. */
export const paymentAnswer = column.schemaOf(paymentView.columns)
  .extend({ reason: z.string().optional() }).meta({ id: "Payment" });

export async function findPayment(
  sql: Sql,
  orderId: string,
): Promise<z.output<typeof paymentAnswer> | undefined> {
  const [row] = await sql<RowOf<typeof paymentView>[]>`
    select ${paymentView.select(sql)} from ${paymentView.from(sql)} where order_id = ${orderId}`;
  if (!row) return undefined;
  const { reason, ...payment } = row;
  return { ...payment, ...(reason !== null && { reason }) };
}
