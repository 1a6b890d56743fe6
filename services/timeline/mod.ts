import { service } from "@headwater/host";
import { orderTimelineView } from "./order_timeline_view.ts";
import { timelineRoutes } from "./routes.ts";

/** The story of an order over all services; it writes no events. */
export const timelineService = service({
  name: "timeline",
  views: [orderTimelineView],
  routes: timelineRoutes,
});

export { orderTimeline } from "./order_timeline_view.ts";
