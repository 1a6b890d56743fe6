import { service } from "@headwater/host";
import { shippingRoutes } from "./routes.ts";
import { shipment } from "./shipment.ts";
import { shipmentView } from "./shipment_view.ts";

export const shippingService = service({
  name: "shipping",
  aggregates: [shipment],
  views: [shipmentView],
  routes: shippingRoutes,
});

export { shipment };
