import type { Sql } from "postgres";
import type { View } from "@headwater/shared/domain/view";
import type { EventLog } from "@headwater/shared/ports/event_log";
import type { Log } from "@headwater/shared/ports/log";
import type { ReadModels } from "@headwater/shared/ports/read_models";
import type { Service, ServiceClient } from "@headwater/shared/ports/service_client";
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

/** What a gateway is ready for: every service it forwards to. */
export function serviceChecks(
  { services }: Application,
  client: ServiceClient,
): readonly HealthCheck[] {
  return services.map(({ name }) => serviceCheck(name, client));
}

function serviceCheck(service: string, client: ServiceClient): HealthCheck {
  return {
    name: `service:${service}`,
    async check(signal) {
      const response = await client.call(
        service,
        new Request(`http://${service}/health/ready`, { signal }),
      );
      await response.body?.cancel();
      if (!response.ok) throw new Error(`Answered ${response.status}`);
    },
  };
}
