import type { Service } from "@headwater/core";
import type { GatewayDependencies } from "@headwater/host";
import { type EdgeRoutes, toService } from "@headwater/http";
import { Hono } from "hono";
import { addForwarding } from "./forward.ts";
import { addOrderPage } from "./order_page.ts";

/** The one origin that clients see: pages made of several services, and the services' public routes. */
export function createGateway({ client, routes, ...edge }: GatewayDependencies): Service {
  const app: EdgeRoutes = new Hono();
  addOrderPage(app, client);
  addForwarding(app, { client, routes });
  return toService(app, edge);
}
