import { derivedId, field, Refusal } from "@headwater/core";
import {
  acceptCommand,
  commandAnswer,
  declare,
  describe,
  idempotencyKey,
  pageQuery,
  readJson,
  readParam,
  readQuery,
  readsFrom,
  routes,
} from "@headwater/http";
import { z } from "zod";
import { orderCommands, orderStatuses } from "./contract.ts";
import { orderCommandExamples } from "./examples.ts";
import { order } from "./order.ts";
import { findOrder, orderAnswer, orderPage, orderPageAnswer, orderView } from "./order_view.ts";
import { shipmentDispatched } from "./shipment_dispatched.ts";

const done = describe.commandAnswerSchema("orderId");
const { PlaceOrder, RequestCancellation } = orderCommandExamples;

const placement = declare({
  roles: ["customer", "operator"],
  owner: { body: "customerId" },
  operation: "placeOrder",
  summary: "Places an order; what becomes of it is told by its page, its timeline and its events",
  priority: "critical",
  body: orderCommands.PlaceOrder.partial({ orderId: true }).refine(
    ({ lines }) =>
      Number.isSafeInteger(lines.reduce((sum, line) => sum + line.quantity * line.unitPrice, 0)),
    { path: ["lines"], message: `The total must be at most ${Number.MAX_SAFE_INTEGER}` },
  ),
  answer: done,
  refusals: ["order-exists"],
  example: { body: PlaceOrder.data },
});

const cancellation = declare({
  roles: ["customer", "operator"],
  owner: { param: "id", of: "order" },
  operation: "cancelOrder",
  summary: "Asks for an order to be cancelled: what was done for it is undone",
  priority: "critical",
  params: { id: field.id },
  body: orderCommands.RequestCancellation.pick({ reason: true }),
  answer: done,
  refusals: ["order-unknown", "order-already-shipped"],
  example: { body: { reason: RequestCancellation.data.reason } },
});

const listing = declare({
  roles: ["customer", "operator"],
  owner: { query: "customerId" },
  operation: "listOrders",
  summary: "Orders, newest first",
  query: pageQuery({
    customerId: field.id,
    status: z.enum(orderStatuses),
  }),
  answer: orderPageAnswer,
});

const shown = declare({
  roles: ["customer", "operator"],
  owner: { param: "id", of: "order" },
  operation: "getOrderPart",
  summary: "An order alone",
  params: { id: field.id },
  answer: orderAnswer,
  refusals: ["order-unknown"],
});

export const orderOperations = { placement, cancellation, listing };
/** What the gateway makes its page of. */
export type OrderShown = typeof shown;
export const orderRoutes = routes();

orderRoutes.post("/api/orders", placement, async (c) => {
  const body = await readJson(c, placement.body);
  const key = idempotencyKey(c);
  // Without an id of the client's, the key names the order: sent again, it is the same one.
  const orderId = body.orderId ??
    (key === undefined ? c.env.newId() : derivedId("order", "by-idempotency-key", key));
  const context = await acceptCommand(c, body);
  const handled = await c.env.repository(order).handle(
    { type: "PlaceOrder", data: { ...body, orderId } },
    context,
  );
  return commandAnswer(c, handled, {
    body: { orderId, revision: handled.revision },
    location: `/api/orders/${orderId}`,
  });
});

orderRoutes.post("/api/orders/:id/cancel", cancellation, async (c) => {
  const orderId = readParam(c, "id", cancellation.params.id);
  const { reason } = await readJson(c, cancellation.body);
  const context = await acceptCommand(c, { reason });
  const type = "RequestCancellation";
  const dispatched = await shipmentDispatched(c.env.log, orderId);
  const handled = await c.env.repository(order).handle(
    { type, data: { orderId, reason, shipmentDispatched: dispatched } },
    context,
    // Sent again after the parcel has left, it is still the same request.
    { content: { type, data: { orderId, reason } } },
  );
  return commandAnswer(c, handled, { body: { orderId, revision: handled.revision } });
});

orderRoutes.get(
  "/api/orders",
  listing,
  readsFrom(orderView),
  async (c) => c.json(await orderPage(c.env.sql, readQuery(c, listing.query))),
);

/** The order's part of the page that the gateway puts together. */
orderRoutes.get("/orders/:id", shown, readsFrom(orderView, { param: "id" }), async (c) => {
  const orderId = readParam(c, "id", shown.params.id);
  const found = await findOrder(c.env.sql, orderId);
  if (!found) throw new Refusal("order-unknown", `Cannot find order "${orderId}"`);
  return c.json(found);
});
