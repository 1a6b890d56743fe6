import type { Service } from "@headwater/core";
import type { GatewayDependencies } from "@headwater/host";
import { type EdgeRoutes, toService } from "@headwater/http";
import { Hono } from "hono";
import { addForwarding } from "./forward.ts";
import { addFrontPage } from "./front_page.ts";
import { addOrderPage } from "./order_page.ts";

/** The one origin that clients see: pages made of several services, and the services' public routes. */
export function createGateway(
  { application, client, routes, ...edge }: GatewayDependencies,
): Service {
  const app: EdgeRoutes = new Hono();
  addOrderPage(app, client);
  addForwarding(app, { client, routes });
  addFrontPage(app, { application, routes });
  return toService(app, edge);
}
