import { createServiceApp, type ServiceApp, type ServiceDependencies } from "@headwater/http";
import { addForwarding, type Route } from "./forward.ts";
import { addOrderPage } from "./order_page.ts";

export type GatewayDependencies = Pick<
  ServiceDependencies,
  "client" | "logger" | "checks" | "newId"
>;

const routes: readonly Route[] = [
  { method: "POST", path: "/api/orders", service: "order", to: "/orders" },
  { method: "GET", path: "/api/orders", service: "order", to: "/orders" },
  { method: "POST", path: "/api/orders/:id/cancel", service: "order", to: "/orders/:id/cancel" },
  {
    method: "GET",
    path: "/api/orders/:id/timeline",
    service: "timeline",
    to: "/timelines/:id",
  },
  {
    method: "POST",
    path: "/api/inventory/items/:sku/receive",
    service: "inventory",
    to: "/items/:sku/receive",
  },
  { method: "GET", path: "/api/inventory/items/:sku", service: "inventory", to: "/items/:sku" },
  {
    method: "GET",
    path: "/api/inventory/reservations/order/:id",
    service: "inventory",
    to: "/reservations/order/:id",
  },
  {
    method: "GET",
    path: "/api/payments/order/:id",
    service: "payment",
    to: "/payments/order/:id",
  },
  {
    method: "GET",
    path: "/api/shipments/order/:id",
    service: "shipping",
    to: "/shipments/order/:id",
  },
  {
    method: "POST",
    path: "/api/shipments/:id/dispatch",
    service: "shipping",
    to: "/shipments/:id/dispatch",
  },
  {
    method: "POST",
    path: "/api/shipments/:id/deliver",
    service: "shipping",
    to: "/shipments/:id/deliver",
  },
  { method: "GET", path: "/api/notifications", service: "notification", to: "/notifications" },
];

/** The one origin that clients see. */
export function gateway(dependencies: GatewayDependencies): ServiceApp {
  const { client } = dependencies;
  const app = createServiceApp("gateway", dependencies);
  addOrderPage(app, client);
  addForwarding(app, { client, routes });
  return app;
}
