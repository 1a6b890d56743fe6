import { orderCancelled } from "./order_cancelled.ts";
import { orderFulfilled } from "./order_fulfilled.ts";
import { orderRefused } from "./order_refused.ts";
import { restart } from "./restart.ts";
import { tell } from "./stories.ts";

tell("the lifecycle of an order", {
  ...orderFulfilled,
  ...orderRefused,
  ...orderCancelled,
  ...restart,
});
