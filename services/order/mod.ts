import { service } from "@headwater/host";
import { fulfilmentSaga } from "./fulfilment_saga.ts";
import { order } from "./order.ts";
import { orderView } from "./order_view.ts";
import { paymentReminderSaga } from "./payment_reminder_saga.ts";
import { orderRoutes } from "./routes.ts";

export const orderService = service({
  name: "order",
  aggregates: [order],
  views: [orderView],
  sagas: [fulfilmentSaga, paymentReminderSaga],
  routes: orderRoutes,
});

export { fulfilmentSaga, order, paymentReminderSaga };
