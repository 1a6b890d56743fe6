import { column, type RowOf, view } from "@headwater/core";
import { describe, type Page, readPage } from "@headwater/http";
import type { Sql } from "postgres";
import { z } from "zod";
import { notificationEvents, notificationKind } from "./contract.ts";

export const notificationView = view({
  name: "notifications",
  version: 1,
  module: import.meta.url,
  table: "notification",
  reads: [notificationEvents],
  columns: {
    notificationId: column.text(),
    customerId: column.text(),
    orderId: column.text(),
    kind: column.text(notificationKind.options),
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

/** A page of them, as clients are shown it. */
export const notificationPageAnswer = describe.pageSchema(
  column.schemaOf(notificationView.columns)
    .omit({ sentPosition: true }).extend({ sentAt: z.iso.datetime() })
    .meta({ id: "Notification" }),
);

/** A page of messages, newest first. */
export async function notificationPage(
  sql: Sql,
  page: Page<RowOf<typeof notificationView>>,
): Promise<z.output<typeof notificationPageAnswer>> {
  const { rows, nextCursor } = await readPage(sql, {
    view: notificationView,
    newestFirst: "sentPosition",
    ...page,
  });
  return { items: rows.map(({ sentPosition: _, ...notification }) => notification), nextCursor };
}
