import { field, Refusal } from "@headwater/core";
import { declare, readParam, readQuery, readsFrom, routes } from "@headwater/http";
import { orderTimeline, orderTimelineView } from "./order_timeline_view.ts";
import { orderTracking, orderTrackingView } from "./order_tracking_view.ts";
import { salesCursor, salesQuery } from "./sales_query.ts";
import { salesPage, salesView } from "./sales_view.ts";

const sold = declare({ query: salesQuery });

export const timelineRoutes = routes();

timelineRoutes.get("/api/orders/:id/timeline", readsFrom(orderTimelineView), async (c) => {
  const orderId = readParam(c, "id", field.id);
  const items = await orderTimeline(c.env.sql, orderId);
  if (items.length === 0) {
    throw new Refusal("order-unknown", `Cannot find a timeline of order "${orderId}"`);
  }
  return c.json({ items });
});

timelineRoutes.get(
  "/api/tracking/:orderId",
  readsFrom(orderTrackingView, { param: "orderId" }),
  async (c) => {
    const orderId = readParam(c, "orderId", field.id);
    const found = await orderTracking(c.env.sql, orderId);
    if (!found) throw new Refusal("order-unknown", `Cannot track order "${orderId}"`);
    return c.json(found);
  },
);

timelineRoutes.get("/api/sales", sold, readsFrom(salesView, { sums: true }), async (c) => {
  const { cursor, ...query } = readQuery(c, sold.query);
  const { items, next } = await salesPage(c.env.sql, { ...query, after: cursor });
  return c.json({ items, nextCursor: next ? salesCursor(next) : null });
});
