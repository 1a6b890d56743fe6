import { field } from "@headwater/core";
import { readQuery, readsFrom, routes } from "@headwater/http";
import { z } from "zod";
import { listNotifications, notificationView } from "./notification_view.ts";

const listing = z.strictObject({
  customerId: field.id.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().regex(/^\d{1,15}$/, "Must be the nextCursor of an earlier page").optional(),
});

export const notificationRoutes = routes();

notificationRoutes.get("/api/notifications", readsFrom(notificationView), async (c) => {
  const { cursor, ...filter } = readQuery(c, listing);
  const before = cursor === undefined ? undefined : Number(cursor);
  return c.json(await listNotifications(c.env.sql, { ...filter, before }));
});
