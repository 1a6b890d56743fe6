import { field, Refusal } from "@headwater/core";
import { readParam, readsFrom, routes } from "@headwater/http";
import { orderTimeline, orderTimelineView } from "./order_timeline_view.ts";

export const timelineRoutes = routes();

timelineRoutes.get("/api/orders/:id/timeline", readsFrom(orderTimelineView), async (c) => {
  const orderId = readParam(c, "id", field.id);
  const items = await orderTimeline(c.env.sql, orderId);
  if (items.length === 0) {
    throw new Refusal("order-unknown", `Cannot find a timeline of order "${orderId}"`);
  }
  return c.json({ items });
});
