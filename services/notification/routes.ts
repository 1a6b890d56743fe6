import { field } from "@headwater/core";
import { pageQuery, readQuery, readsFrom, routes } from "@headwater/http";
import { notificationPage, notificationView } from "./notification_view.ts";

const listing = pageQuery({ customerId: field.id });

export const notificationRoutes = routes();

notificationRoutes.get(
  "/api/notifications",
  readsFrom(notificationView),
  async (c) => c.json(await notificationPage(c.env.sql, readQuery(c, listing))),
);
