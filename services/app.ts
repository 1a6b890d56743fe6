import { strangler } from "@headwater/gateway";
import { application, service } from "@headwater/host";
import { catalogService } from "@shop/catalog";
import { createGateway } from "@shop/gateway";
import { welcome } from "@shop/demo";
import { inventoryService } from "@shop/inventory";
import { notificationService } from "@shop/notification";
import { orderService } from "@shop/order";
import { paymentService } from "@shop/payment";
import { shippingService } from "@shop/shipping";
import { timelineService } from "@shop/timeline";
import { greeting } from "./greeting.ts";
import { story } from "./story.ts";

/** Everything that the shop consists of. */
export const shop = application({
  name: "shop",
  version: "1.0.0",
  services: [
    orderService,
    paymentService,
    inventoryService,
    shippingService,
    notificationService,
    timelineService,
    catalogService,
    service(strangler),
  ],
  createGateway,
  greeting,
  story,
  welcome,
});
