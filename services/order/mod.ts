import { service } from "@headwater/host";
import { fulfilmentProcess } from "./fulfilment_process.ts";
import { order } from "./order.ts";
import { orderView } from "./order_view.ts";
import { orderRoutes } from "./routes.ts";

export const orderService = service({
  name: "order",
  aggregates: [order],
  views: [orderView],
  sagas: [fulfilmentProcess],
  routes: orderRoutes,
});

export { fulfilmentProcess, order };
