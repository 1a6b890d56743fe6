import type { Sql } from "postgres";
import type { View } from "@headwater/shared/domain/view";
import type { EventLog } from "@headwater/shared/ports/event_log";
import type { Log } from "@headwater/shared/ports/log";
import type { ReadModels } from "@headwater/shared/ports/read_models";
import type { Service } from "@headwater/shared/ports/service_client";
import type {
  HealthCheck,
  ServiceDefinition,
  ServiceDependencies,
} from "@headwater/shared/ports/service_definition";

/** What runs the read models of one service. */
export type Projections = ReadModels & AsyncDisposable & {
  readonly checks: readonly HealthCheck[];
};

export type StartProjections = (options: {
  readonly service: string;
  readonly views: readonly View[];
  readonly log: EventLog;
  readonly sql: Sql;
  readonly logger: Log;
}) => Promise<Projections>;

/** Everything that an application consists of. */
export type Application = {
  readonly services: readonly ServiceDefinition[];
  readonly startProjections: StartProjections;
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
