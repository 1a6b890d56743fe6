import {
  AggregateStore,
  type CommandContext,
  handleCommand,
  idSchema,
  Refusal,
} from "@headwater/core";
import {
  commandAnswer,
  commandEndpoint,
  createServiceApp,
  idempotent,
  readParam,
  readsFrom,
  type ServiceApp,
  type ServiceContext,
  type ServiceDependencies,
} from "@headwater/http";
import {
  type ShipmentCommand,
  shipmentCommands,
  shipmentEvents,
  shipmentIdOf,
} from "./contract.ts";
import { shipment } from "./shipment.ts";
import { findShipment, shipmentView } from "./shipment_view.ts";

export function shippingRoutes(dependencies: ServiceDependencies): ServiceApp {
  const { log, sql, readModels, random } = dependencies;
  const app = createServiceApp("shipping", dependencies);
  const shipments = new AggregateStore({ log, decider: shipment, events: shipmentEvents });
  const accept = idempotent({ log });

  function handle(command: ShipmentCommand, context: CommandContext) {
    const { data } = command;
    const id = "shipmentId" in data ? data.shipmentId : shipmentIdOf(data.orderId);
    return handleCommand(shipments, { id, command, context, random });
  }

  async function move(c: ServiceContext, type: "DispatchShipment" | "DeliverShipment") {
    const shipmentId = readParam(c, "id", idSchema);
    const context = await accept(c);
    const handled = await handle({ type, data: { shipmentId } }, context);
    return commandAnswer(c, handled, { body: { shipmentId, revision: handled.revision } });
  }
  app.post("/shipments/:id/dispatch", (c) => move(c, "DispatchShipment"));
  app.post("/shipments/:id/deliver", (c) => move(c, "DeliverShipment"));

  app.get("/shipments/order/:id", readsFrom(readModels, shipmentView), async (c) => {
    const orderId = readParam(c, "id", idSchema);
    const found = await findShipment(sql, orderId);
    if (!found) {
      throw new Refusal("shipment-unknown", `Cannot find a shipment for order "${orderId}"`);
    }
    return c.json(found);
  });

  commandEndpoint(app, {
    ArrangeShipment: {
      schema: shipmentCommands.ArrangeShipment,
      handle: (data, context) => handle({ type: "ArrangeShipment", data }, context),
    },
    CancelShipment: {
      schema: shipmentCommands.CancelShipment,
      handle: (data, context) => handle({ type: "CancelShipment", data }, context),
    },
  });
  return app;
}
