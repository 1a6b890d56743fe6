import type { Sql } from "postgres";
import type { View } from "@headwater/core";
import { type NotificationEvent, notificationEvents } from "./contract.ts";

type NotificationRow = {
  notification_id: string;
  customer_id: string;
  order_id: string;
  kind: string;
  sent_at: string;
  sent_position: number;
};

export const notificationView: View<NotificationRow, NotificationEvent> = {
  name: "notifications",
  version: 1,
  table: "notification",
  columns: `
    notification_id text primary key,
    customer_id text not null,
    order_id text not null,
    kind text not null,
    sent_at text not null,
    sent_position bigint not null`,
  indexes: [
    "create index if not exists notification_customer on notification (customer_id, sent_position)",
  ],
  keyColumn: "notification_id",
  reads: [notificationEvents],
  key: ({ data }) => data.notificationId,
  evolve(row, event) {
    if (event.type === "NotificationRequested") return row;
    const { notificationId, customerId, orderId, kind } = event.data;
    return {
      notification_id: notificationId,
      customer_id: customerId,
      order_id: orderId,
      kind,
      sent_at: event.recordedAt,
      sent_position: event.position,
    };
  },
};

export type NotificationFilter = {
  readonly customerId?: string;
  readonly limit: number;
  /** Only those sent before this position. */
  readonly before?: number;
};

/** Newest first; the cursor stays valid while messages are sent. */
export async function listNotifications(
  sql: Sql,
  { customerId, limit, before }: NotificationFilter,
) {
  const rows = await sql<NotificationRow[]>`
    select * from notification
    where true
      ${customerId === undefined ? sql`` : sql`and customer_id = ${customerId}`}
      ${before === undefined ? sql`` : sql`and sent_position < ${before}`}
    order by sent_position desc
    limit ${limit + 1}`;
  const page = rows.slice(0, limit);
  return {
    items: page.map((row) => ({
      notificationId: row.notification_id,
      customerId: row.customer_id,
      orderId: row.order_id,
      kind: row.kind,
      sentAt: row.sent_at,
    })),
    nextCursor: rows.length > limit ? String(page.at(-1)?.sent_position) : null,
  };
}
