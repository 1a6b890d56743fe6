import { field, Refusal } from "@headwater/core";
import {
  acceptCommand,
  commandAnswer,
  readParam,
  readsFrom,
  routes,
  type ServiceContext,
} from "@headwater/http";
import { shipment } from "./shipment.ts";
import { findShipment, shipmentView } from "./shipment_view.ts";

export const shippingRoutes = routes();

shippingRoutes.post("/api/shipments/:id/dispatch", (c) => move(c, "DispatchShipment"));
shippingRoutes.post("/api/shipments/:id/deliver", (c) => move(c, "DeliverShipment"));

shippingRoutes.get("/api/shipments/order/:id", readsFrom(shipmentView), async (c) => {
  const orderId = readParam(c, "id", field.id);
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
  const shipmentId = readParam(c, "id", field.id);
  const context = await acceptCommand(c);
  const handled = await c.env.repository(shipment).handle({ type, data: { shipmentId } }, context);
  return commandAnswer(c, handled, { body: { shipmentId, revision: handled.revision } });
}
