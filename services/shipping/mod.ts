import { service } from "@headwater/host";
import { shipmentCommandExamples, shipmentEventExamples } from "./examples.ts";
import { shippingRoutes } from "./routes.ts";
import { shipment } from "./shipment.ts";
import { shipmentView } from "./shipment_view.ts";

export const shippingService = service({
  name: "shipping",
  aggregates: [shipment],
  views: [shipmentView],
  routes: shippingRoutes,
  examples: [shipmentEventExamples, shipmentCommandExamples],
});

export { shipment };
export { shippingOperations } from "./routes.ts";
