import { field, Refusal } from "@headwater/core";
import {
  acceptCommand,
  commandAnswer,
  declare,
  describe,
  readParam,
  readsFrom,
  routes,
  type ServiceContext,
} from "@headwater/http";
import { shipment } from "./shipment.ts";
import { findShipment, shipmentAnswer, shipmentView } from "./shipment_view.ts";

const shipmentId = field.id;
const moved = describe.commandAnswerSchema("shipmentId");

const dispatch = declare({
  roles: ["operator"],
  operation: "dispatchShipment",
  summary: "Says that the parcel has left",
  params: { id: shipmentId },
  answer: moved,
  refusals: ["shipment-unknown", "shipment-refused", "shipment-cancelled"],
});

const delivery = declare({
  roles: ["operator"],
  operation: "deliverShipment",
  summary: "Says that the parcel has come",
  params: { id: shipmentId },
  answer: moved,
  refusals: ["shipment-unknown", "shipment-arranged", "shipment-refused", "shipment-cancelled"],
});

const shown = declare({
  roles: ["customer", "operator"],
  owner: { param: "id", of: "order" },
  operation: "getShipmentOfOrder",
  summary: "The shipment of an order",
  params: { id: field.id },
  answer: shipmentAnswer,
  refusals: ["shipment-unknown"],
});

export const shippingOperations = { dispatch, delivery, shown };
export const shippingRoutes = routes();

shippingRoutes.post("/api/shipments/:id/dispatch", dispatch, (c) => move(c, "DispatchShipment"));
shippingRoutes.post("/api/shipments/:id/deliver", delivery, (c) => move(c, "DeliverShipment"));

shippingRoutes.get("/api/shipments/order/:id", shown, readsFrom(shipmentView), async (c) => {
  const orderId = readParam(c, "id", shown.params.id);
  const found = await findShipment(c.env.sql, orderId);
  if (!found) {
    throw new Refusal("shipment-unknown", `Cannot find a shipment for order "${orderId}"`);
  }
  return c.json(found);
});

async function move(
  c: ServiceContext,
  type: "DispatchShipment" | "DeliverShipment",
): Promise<Response> {
  const id = readParam(c, "id", shipmentId);
  const context = await acceptCommand(c);
  const data = { shipmentId: id };
  const handled = await c.env.repository(shipment).handle({ type, data }, context);
  return commandAnswer(c, handled, { body: { ...data, revision: handled.revision } });
}
