import { idSchema, Refusal } from "@headwater/core";
import { createServiceApp, readParam, readsFrom, toService } from "@headwater/http";
import type { ServiceDefinition } from "@headwater/host";
import { orderTimeline, orderTimelineView } from "./order_timeline_view.ts";

/** Serves the read models that span services; it writes no events. */
export const timelineService: ServiceDefinition = {
  name: "timeline",
  categories: [],
  views: [orderTimelineView],
  processes: [],
  create(dependencies) {
    const { readModels, sql } = dependencies;
    const app = createServiceApp("timeline", dependencies);
    app.get("/timelines/:id", readsFrom(readModels, orderTimelineView), async (c) => {
      const orderId = readParam(c, "id", idSchema);
      const items = await orderTimeline(sql, orderId);
      if (items.length === 0) {
        throw new Refusal("order-unknown", `Cannot find a timeline of order "${orderId}"`);
      }
      return c.json({ items });
    });
    return toService(app);
  },
};
