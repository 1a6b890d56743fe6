import { requestCategory, toService } from "@headwater/http";
import type { ServiceDefinition } from "@headwater/host";
import { fulfilmentProcess } from "./fulfilment_process.ts";
import { orderView } from "./order_view.ts";
import { orderRoutes } from "./routes.ts";

export const orderService: ServiceDefinition = {
  name: "order",
  categories: ["order", "fulfilment", requestCategory("order")],
  views: [orderView],
  processes: [fulfilmentProcess],
  create: (dependencies) => toService(orderRoutes(dependencies)),
};

export { fulfilmentProcess } from "./fulfilment_process.ts";
export { order } from "./order.ts";
