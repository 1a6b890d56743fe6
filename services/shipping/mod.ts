import { requestCategory, toService } from "@headwater/http";
import type { ServiceDefinition } from "@headwater/host";
import { shippingRoutes } from "./routes.ts";
import { shipmentView } from "./shipment_view.ts";

export const shippingService: ServiceDefinition = {
  name: "shipping",
  categories: ["shipment", requestCategory("shipping")],
  views: [shipmentView],
  processes: [],
  create: (dependencies) => toService(shippingRoutes(dependencies)),
};

export { shipment } from "./shipment.ts";
