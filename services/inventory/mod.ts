import { requestCategory } from "@headwater/shared/http/idempotency";
import { toService } from "@headwater/shared/http/service_app";
import type { ServiceDefinition } from "@headwater/shared/ports/service_definition";
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
