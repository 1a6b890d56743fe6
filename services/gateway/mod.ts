import type { Service } from "@headwater/core";
import type { GatewayDependencies } from "@headwater/host";
import { type EdgeRoutes, toService } from "@headwater/http";
import { Hono } from "hono";
import { compress } from "hono/compress";
import { addForwarding } from "./forward.ts";
import { addFrontPage } from "./front_page.ts";
import { addOrderPage } from "./order_page.ts";

/** Bytes; below, packing costs more than it saves. */
const shortestCompressed = 2_048;

/** The one origin that clients see: pages made of several services, and the services' public routes. */
export function createGateway(
  { application, client, routes, ...edge }: GatewayDependencies,
): Service {
  const app: EdgeRoutes = new Hono();
  app.use(compress({ threshold: shortestCompressed }));
  addOrderPage(app, client);
  addForwarding(app, { client, routes });
  addFrontPage(app, { application, routes });
  return toService(app, edge);
}
