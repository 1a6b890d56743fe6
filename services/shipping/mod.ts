import { requestCategory } from "@headwater/shared/http/idempotency";
import { toService } from "@headwater/shared/http/service_app";
import type { ServiceDefinition } from "@headwater/shared/ports/service_definition";
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
