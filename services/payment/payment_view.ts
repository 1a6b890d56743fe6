import type { Sql } from "postgres";
import type { View } from "@headwater/core";
import { type PaymentEvent, paymentEvents } from "./contract.ts";

type PaymentRow = {
  payment_id: string;
  order_id: string;
  status: "pending" | "charged" | "declined" | "refunded" | "unknown";
  reason: string | null;
  currency: string;
  charged: number;
  refunded: number;
};

export const paymentView: View<PaymentRow, PaymentEvent> = {
  name: "payments",
  version: 1,
  table: "payment",
  columns: `
    payment_id text primary key,
    order_id text not null,
    status text not null,
    reason text,
    currency text not null,
    charged bigint not null,
    refunded bigint not null`,
  indexes: ["create index if not exists payment_order on payment (order_id)"],
  keyColumn: "payment_id",
  reads: [paymentEvents],
  key: ({ data }) => data.paymentId,
  evolve,
};

function evolve(row: PaymentRow | undefined, event: PaymentEvent): PaymentRow | undefined {
  if (event.type === "PaymentRequested") {
    return {
      payment_id: event.data.paymentId,
      order_id: event.data.orderId,
      status: "pending",
      reason: null,
      currency: event.data.currency,
      charged: 0,
      refunded: 0,
    };
  }
  if (!row) return undefined;
  switch (event.type) {
    case "PaymentAttemptFailed":
      return { ...row, status: "pending" };
    case "PaymentOutcomeUnknown":
      return { ...row, status: "unknown" };
    case "PaymentCharged":
      return { ...row, status: "charged", charged: row.charged + event.data.amount };
    case "PaymentDeclined":
      return { ...row, status: "declined", reason: event.data.reason };
    case "PaymentRefunded":
      return { ...row, status: "refunded", refunded: row.refunded + event.data.amount };
  }
}

export async function findPayment(sql: Sql, orderId: string) {
  const [row] = await sql<PaymentRow[]>`select * from payment where order_id = ${orderId}`;
  return row && {
    paymentId: row.payment_id,
    orderId: row.order_id,
    status: row.status,
    ...(row.reason !== null && { reason: row.reason }),
    currency: row.currency,
    charged: row.charged,
    refunded: row.refunded,
  };
}
