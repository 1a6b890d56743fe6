import { field, Refusal } from "@headwater/core";
import { declare, readParam, readQuery, readsFrom, routes } from "@headwater/http";
import { isInTimelines, orderFeeds } from "./order_feeds.ts";
import { orderTimeline, orderTimelineView } from "./order_timeline_view.ts";
import { orderTracking, orderTrackingView } from "./order_tracking_view.ts";
import { salesCursor, salesQuery } from "./sales_query.ts";
import { z } from "zod";
import { salesPage, salesView } from "./sales_view.ts";

const following = declare({ query: z.strictObject({ customerId: field.id }) });
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
  "/api/orders/events",
  following,
  readsFrom(orderTimelineView, { resumes: true }),
  async (c) => await orderFeeds(c, readQuery(c, following.query)),
);

timelineRoutes.get(
  "/api/orders/:id/events",
  readsFrom(orderTimelineView, { resumes: true }),
  async (c) => {
    const orderId = readParam(c, "id", field.id);
    if (!await isInTimelines(c.env.sql, orderId)) {
      throw new Refusal("order-unknown", `Cannot find events of order "${orderId}"`);
    }
    return await orderFeeds(c, { orderId });
  },
);

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
