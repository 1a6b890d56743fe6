import { service } from "@headwater/host";
import { stockItemCommandExamples, stockItemEventExamples } from "./examples.ts";
import { reservationView } from "./reservation_view.ts";
import { inventoryRoutes } from "./routes.ts";
import { stockItem } from "./stock_item.ts";
import { stockItemView } from "./stock_item_view.ts";

export const inventoryService = service({
  name: "inventory",
  aggregates: [stockItem],
  views: [stockItemView, reservationView],
  routes: inventoryRoutes,
  examples: [stockItemEventExamples, stockItemCommandExamples],
});

export { inventoryOperations } from "./routes.ts";
export { stockItem };
