import { field } from "@headwater/core";
import { declare, pageQuery, readQuery, readsFrom, routes } from "@headwater/http";
import { notificationPage, notificationPageAnswer, notificationView } from "./notification_view.ts";

const listing = declare({
  roles: ["customer", "operator"],
  owner: { query: "customerId" },
  operation: "listNotifications",
  summary: "Messages that were sent, newest first",
  priority: "best-effort",
  query: pageQuery({ customerId: field.id }),
  answer: notificationPageAnswer,
});

export const notificationRoutes = routes();

notificationRoutes.get(
  "/api/notifications",
  listing,
  readsFrom(notificationView),
  async (c) => c.json(await notificationPage(c.env.sql, readQuery(c, listing.query))),
);
