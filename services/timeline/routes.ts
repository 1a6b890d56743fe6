import { field, Refusal } from "@headwater/core";
import { declare, readParam, readQuery, readsFrom, routes } from "@headwater/http";
import { isInTimelines, orderFeeds } from "./order_feeds.ts";
import { orderTimeline, orderTimelineView, timelineItemAnswer } from "./order_timeline_view.ts";
import { orderTracking, orderTrackingAnswer, orderTrackingView } from "./order_tracking_view.ts";
import { salesCursor, salesQuery } from "./sales_query.ts";
import { z } from "zod";
import { salesPage, salesPageAnswer, salesView } from "./sales_view.ts";

const told = declare({
  roles: ["customer", "operator"],
  owner: { param: "id", of: "order" },
  operation: "getOrderTimeline",
  summary: "Every event of an order's flow, in order, with its saga's steps",
  params: { id: field.id },
  answer: z.object({ items: z.array(timelineItemAnswer) }),
  refusals: ["order-unknown"],
});

const following = declare({
  roles: ["customer", "operator"],
  owner: { query: "customerId" },
  operation: "followOrders",
  summary: "Events of a customer's orders, those that were and those that come",
  query: z.strictObject({ customerId: field.id }),
  events: timelineItemAnswer,
});

const followingOne = declare({
  roles: ["customer", "operator"],
  owner: { param: "id", of: "order" },
  operation: "followOrder",
  summary: "Events of an order, those that were and those that come",
  params: { id: field.id },
  events: timelineItemAnswer,
  refusals: ["order-unknown"],
});

const tracking = declare({
  roles: ["customer", "operator"],
  owner: { param: "orderId", of: "order" },
  operation: "trackOrder",
  summary: "Where an order stands in four services",
  params: { orderId: field.id },
  answer: orderTrackingAnswer,
  refusals: ["order-unknown"],
});

const sold = declare({
  roles: ["operator"],
  operation: "listSales",
  summary: "What was sold, by day, SKU and currency",
  priority: "bulk",
  query: salesQuery,
  answer: salesPageAnswer,
});

export const timelineOperations = { told, tracking, sold };
export const timelineRoutes = routes();

timelineRoutes.get("/api/orders/:id/timeline", told, readsFrom(orderTimelineView), async (c) => {
  const orderId = readParam(c, "id", told.params.id);
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
  followingOne,
  readsFrom(orderTimelineView, { resumes: true }),
  async (c) => {
    const orderId = readParam(c, "id", followingOne.params.id);
    if (!await isInTimelines(c.env.sql, orderId)) {
      throw new Refusal("order-unknown", `Cannot find events of order "${orderId}"`);
    }
    return await orderFeeds(c, { orderId });
  },
);

timelineRoutes.get(
  "/api/tracking/:orderId",
  tracking,
  readsFrom(orderTrackingView, { param: "orderId" }),
  async (c) => {
    const orderId = readParam(c, "orderId", tracking.params.orderId);
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
