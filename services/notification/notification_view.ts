import { column, view } from "@headwater/core";
import { readPage } from "@headwater/http";
import type { Sql } from "postgres";
import { notificationEvents } from "./contract.ts";

export const notificationView = view({
  name: "notifications",
  version: 1,
  table: "notification",
  reads: [notificationEvents],
  columns: {
    notificationId: column.text(),
    customerId: column.text(),
    orderId: column.text(),
    kind: column.text(),
    sentAt: column.text(),
    sentPosition: column.integer(),
  },
  primaryKey: "notificationId",
  indexes: [["customerId", "sentPosition"]],
  key: ({ data }) => data.notificationId,
  evolve(row, event) {
    if (event.type === "NotificationRequested") return row;
    const { notificationId, customerId, orderId, kind } = event.data;
    const { recordedAt: sentAt, position: sentPosition } = event;
    return { notificationId, customerId, orderId, kind, sentAt, sentPosition };
  },
});

export type NotificationFilter = {
  readonly customerId?: string;
  readonly limit: number;
  /** Only those sent before this position. */
  readonly before?: number;
};

/** A page of messages, newest first. */
export async function listNotifications(
  sql: Sql,
  { customerId, limit, before }: NotificationFilter,
) {
  const { rows, nextCursor } = await readPage(sql, {
    view: notificationView,
    where: { customerId },
    newestFirst: "sentPosition",
    before,
    limit,
  });
  return { items: rows.map(({ sentPosition: _, ...notification }) => notification), nextCursor };
}
