import { service } from "@headwater/host";
import { orderTimelineView } from "./order_timeline_view.ts";
import { orderTrackingView } from "./order_tracking_view.ts";
import { timelineRoutes } from "./routes.ts";
import { salesView } from "./sales_view.ts";

/** What can be told over all services: an order's story, where it stands, what was sold. It writes no events. */
export const timelineService = service({
  name: "timeline",
  views: [orderTimelineView, orderTrackingView, salesView],
  routes: timelineRoutes,
});

export { orderTimeline } from "./order_timeline_view.ts";
export { timelineOperations } from "./routes.ts";
