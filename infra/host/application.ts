import type { Sql } from "postgres";
import type { Service, View } from "@headwater/core";
import type { ServiceDefinition } from "./service_definition.ts";
import type { ServiceDependencies } from "@headwater/http";

/** Everything that an application consists of. */
export type Application = {
  readonly services: readonly ServiceDefinition[];
  createGateway(
    dependencies: Pick<ServiceDependencies, "client" | "logger" | "checks" | "newId">,
  ): Service;
};

/** A service's database, and what is derived in it. */
export type ServiceDatabase = {
  readonly service: string;
  readonly views: readonly View[];
  readonly sql: Sql;
};
