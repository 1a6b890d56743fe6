import { AggregateStore } from "@headwater/shared/domain/aggregate_store";
import { type CommandContext, handleCommand } from "@headwater/shared/domain/handle_command";
import { Refusal } from "@headwater/shared/domain/refusal";
import { idSchema } from "@headwater/shared/domain/value_schemas";
import { commandAnswer } from "@headwater/shared/http/command_answer";
import { commandEndpoint } from "@headwater/shared/http/command_endpoint";
import { idempotent } from "@headwater/shared/http/idempotency";
import { readsFrom } from "@headwater/shared/http/read_your_writes";
import {
  createServiceApp,
  type ServiceApp,
  type ServiceContext,
} from "@headwater/shared/http/service_app";
import { readParam } from "@headwater/shared/http/validation";
import type { ServiceDependencies } from "@headwater/shared/ports/service_definition";
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
