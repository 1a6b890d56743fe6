import { z } from "zod";
import {
  AggregateStore,
  type CommandContext,
  derivedId,
  handleCommand,
  idSchema,
  Refusal,
} from "@headwater/core";
import {
  commandAnswer,
  commandEndpoint,
  createServiceApp,
  idempotencyKey,
  idempotent,
  readJson,
  readParam,
  readQuery,
  readsFrom,
  type ServiceApp,
  type ServiceDependencies,
} from "@headwater/http";
import { type OrderCommand, orderCommands, orderEvents } from "./contract.ts";
import { order } from "./order.ts";
import { findOrder, listOrders, orderView } from "./order_view.ts";
import { shipmentDispatched } from "./shipment_dispatched.ts";

const placement = orderCommands.PlaceOrder.partial({ orderId: true })
  .refine(
    ({ lines }) =>
      Number.isSafeInteger(lines.reduce((sum, line) => sum + line.quantity * line.unitPrice, 0)),
    { path: ["lines"], message: `The total must be at most ${Number.MAX_SAFE_INTEGER}` },
  );

const cancellation = orderCommands.RequestCancellation.pick({ reason: true });

const listing = z.strictObject({
  customerId: idSchema.optional(),
  status: z.enum(["placed", "confirmed", "shipped", "delivered", "cancelling", "cancelled"])
    .optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().regex(/^\d{1,15}$/, "Must be the nextCursor of an earlier page").optional(),
});

export function orderRoutes(dependencies: ServiceDependencies): ServiceApp {
  const { log, sql, readModels, newId, random } = dependencies;
  const app = createServiceApp("order", dependencies);
  const orders = new AggregateStore({ log, decider: order, events: orderEvents });
  const accept = idempotent({ log });

  function handle(command: OrderCommand, context: CommandContext) {
    return handleCommand(orders, { id: command.data.orderId, command, context, random });
  }

  app.post("/orders", async (c) => {
    const body = await readJson(c, placement);
    const key = idempotencyKey(c);
    // Without an id of the client's, the key names the order: sent again, it is the same one.
    const orderId = body.orderId ??
      (key === undefined ? newId() : derivedId("order", "by-idempotency-key", key));
    const context = await accept(c, body);
    const { revision, position } = await handle(
      { type: "PlaceOrder", data: { ...body, orderId } },
      context,
    );
    return commandAnswer(c, { revision, position }, {
      body: { orderId, revision },
      location: `/api/orders/${orderId}`,
    });
  });

  app.post("/orders/:id/cancel", async (c) => {
    const orderId = readParam(c, "id", idSchema);
    const { reason } = await readJson(c, cancellation);
    const context = await accept(c, { reason });
    const dispatched = await shipmentDispatched(log, orderId);
    const handled = await handleCommand(orders, {
      id: orderId,
      command: {
        type: "RequestCancellation",
        data: { orderId, reason, shipmentDispatched: dispatched },
      },
      // Sent again after the parcel has left, it is still the same request.
      content: { type: "RequestCancellation", data: { orderId, reason } },
      context,
      random,
    });
    return commandAnswer(c, handled, { body: { orderId, revision: handled.revision } });
  });

  app.get("/orders", readsFrom(readModels, orderView), async (c) => {
    const { cursor, ...filter } = readQuery(c, listing);
    const before = cursor === undefined ? undefined : Number(cursor);
    return c.json(await listOrders(sql, { ...filter, before }));
  });

  app.get("/orders/:id", readsFrom(readModels, orderView), async (c) => {
    const orderId = readParam(c, "id", idSchema);
    const found = await findOrder(sql, orderId);
    if (!found) throw new Refusal("order-unknown", `Cannot find order "${orderId}"`);
    return c.json(found);
  });

  function internal<Type extends Exclude<OrderCommand["type"], "PlaceOrder">>(type: Type) {
    return {
      schema: orderCommands[type],
      handle: (data: unknown, context: CommandContext) =>
        handle({ type, data } as OrderCommand, context),
    };
  }
  commandEndpoint(app, {
    ConfirmOrder: internal("ConfirmOrder"),
    WithdrawConfirmation: internal("WithdrawConfirmation"),
    StartCancellation: internal("StartCancellation"),
    RejectCancellation: internal("RejectCancellation"),
    CompleteCancellation: internal("CompleteCancellation"),
    MarkShipped: internal("MarkShipped"),
    MarkDelivered: internal("MarkDelivered"),
  });
  return app;
}
