import { requestCategory, toService } from "@headwater/http";
import type { ServiceDefinition } from "@headwater/host";
import { reservationView } from "./reservation_view.ts";
import { inventoryRoutes } from "./routes.ts";
import { stockItemView } from "./stock_item_view.ts";

export const inventoryService: ServiceDefinition = {
  name: "inventory",
  categories: ["stockItem", requestCategory("inventory")],
  views: [stockItemView, reservationView],
  processes: [],
  create: (dependencies) => toService(inventoryRoutes(dependencies)),
};

export { stockItem } from "./stock_item.ts";
