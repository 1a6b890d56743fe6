/**
 * The one origin that clients see, over services wherever they run: see the README of `@headwater/gateway`.
 *
 * @module
 */

export {
  type CreateGateway,
  gateway,
  type GatewayDependencies,
  type GatewayOptions,
} from "./gateway.ts";
export { type Page, page, type PagePart } from "./page.ts";
export type { PageOperation } from "./page_operation.ts";

// Systems that are not ours
export {
  readRouteTable,
  type RouteTable,
  RouteTableRefused,
  type TableRoute,
  type Upstream,
} from "./route_table.ts";
export type { ServeStrangled } from "./table_routes.ts";
export type { Upstreams } from "./upstreams.ts";

// Routes that are moved from another system to a service, step by step
export { routesActs } from "./strangler/acts.ts";
export { type Strangle, strangle, type StrangleOptions } from "./strangler/strangle.ts";
export type { RoutesContext } from "./strangler/routes_context.ts";
export { strangler } from "./strangler/strangler.ts";
export type { Strangles } from "./strangler/strangles.ts";
