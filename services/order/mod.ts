import { service } from "@headwater/host";
import { fulfilmentEventExamples, orderCommandExamples, orderEventExamples } from "./examples.ts";
import { orderOwner } from "./contract.ts";
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
  owned: [orderOwner],
  examples: [orderEventExamples, orderCommandExamples, fulfilmentEventExamples],
});

export { fulfilmentSaga, order, paymentReminderSaga };
export { orderOperations, type OrderShown } from "./routes.ts";
