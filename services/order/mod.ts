import { requestCategory } from "@headwater/shared/http/idempotency";
import { toService } from "@headwater/shared/http/service_app";
import type { ServiceDefinition } from "@headwater/shared/ports/service_definition";
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
