import { Refusal } from "@headwater/shared/domain/refusal";
import { idSchema } from "@headwater/shared/domain/value_schemas";
import { readsFrom } from "@headwater/shared/http/read_your_writes";
import { createServiceApp, toService } from "@headwater/shared/http/service_app";
import { readParam } from "@headwater/shared/http/validation";
import type { ServiceDefinition } from "@headwater/shared/ports/service_definition";
import { orderTimeline, orderTimelineView } from "./order_timeline_view.ts";

/** Serves the read models that span services; it writes no events. */
export const timelineService: ServiceDefinition = {
  name: "projections",
  categories: [],
  views: [orderTimelineView],
  processes: [],
  create(dependencies) {
    const { readModels, sql } = dependencies;
    const app = createServiceApp("projections", dependencies);
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
