import { field } from "@headwater/core";
import { declare, pageQuery, readQuery, readsFrom, routes } from "@headwater/http";
import { notificationPage, notificationView } from "./notification_view.ts";

const listing = declare({ query: pageQuery({ customerId: field.id }) });

export const notificationRoutes = routes();

notificationRoutes.get(
  "/api/notifications",
  listing,
  readsFrom(notificationView),
  async (c) => c.json(await notificationPage(c.env.sql, readQuery(c, listing.query))),
);
