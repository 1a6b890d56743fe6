import type { Aggregate, View } from "@headwater/core";
import type { Routes } from "@headwater/http";
import { entityPin } from "./entity_pin.ts";
import { stranglerRoutes } from "./routes.ts";
import { shadowMigrations } from "./shadow_reports.ts";
import { strangledRoute } from "./strangled_route.ts";
import { strangledRoutesView } from "./strangled_routes_view.ts";

/**
 * The service that keeps what is decided of strangled routes and which side each entity stays with, for all gateway
 * processes: an application lists `service(strangler)` among its services.
 */
export const strangler: {
  readonly name: "strangler";
  readonly aggregates: readonly Aggregate[];
  readonly views: readonly View[];
  readonly routes: Routes;
  readonly migrations: readonly { readonly name: string; readonly sql: string }[];
} = {
  name: "strangler",
  aggregates: [strangledRoute, entityPin],
  views: [strangledRoutesView],
  routes: stranglerRoutes,
  migrations: shadowMigrations,
};
