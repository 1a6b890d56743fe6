import { derivedId, field, Refusal } from "@headwater/core";
import {
  acceptCommand,
  commandAnswer,
  declare,
  idempotencyKey,
  pageQuery,
  readJson,
  readParam,
  readQuery,
  readsFrom,
  routes,
} from "@headwater/http";
import { z } from "zod";
import { orderCommands } from "./contract.ts";
import { order } from "./order.ts";
import { findOrder, orderPage, orderView } from "./order_view.ts";
import { shipmentDispatched } from "./shipment_dispatched.ts";

const placement = declare({
  body: orderCommands.PlaceOrder.partial({ orderId: true }).refine(
    ({ lines }) =>
      Number.isSafeInteger(lines.reduce((sum, line) => sum + line.quantity * line.unitPrice, 0)),
    { path: ["lines"], message: `The total must be at most ${Number.MAX_SAFE_INTEGER}` },
  ),
});

const cancellation = declare({ body: orderCommands.RequestCancellation.pick({ reason: true }) });

const listing = declare({
  query: pageQuery({
    customerId: field.id,
    status: z.enum(["placed", "confirmed", "shipped", "delivered", "cancelling", "cancelled"]),
  }),
});

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
  const orderId = readParam(c, "id", field.id);
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
orderRoutes.get("/orders/:id", readsFrom(orderView, { param: "id" }), async (c) => {
  const orderId = readParam(c, "id", field.id);
  const found = await findOrder(c.env.sql, orderId);
  if (!found) throw new Refusal("order-unknown", `Cannot find order "${orderId}"`);
  return c.json(found);
});
