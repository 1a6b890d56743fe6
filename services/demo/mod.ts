export { waitUntilAtRest } from "./at_rest.ts";
export { runDemo } from "./demo.ts";
export { outcomesOf } from "./outcome.ts";
export { goOn, placeOrders, receiveStock } from "./place_orders.ts";
export { type RunningShop, startShop } from "./running_shop.ts";
export { type Chances, seededRandom } from "./seeded_random.ts";
export { type PlannedOrder, planOrders, stockFor } from "./stories.ts";
export { runTimeline } from "./timeline_command.ts";
