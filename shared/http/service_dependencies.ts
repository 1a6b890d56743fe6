import type { EventLog, HealthCheck, Log, ReadModels, ServiceClient } from "@headwater/core";
import type { Sql } from "postgres";

/** All that a service gets from outside; nothing else of the world is visible to it. */
export type ServiceDependencies = {
  /** Refuses to append to categories that the service does not own. */
  readonly log: EventLog;
  /** The service's own database. */
  readonly sql: Sql;
  readonly client: ServiceClient;
  readonly readModels: ReadModels;
  readonly logger: Log;
  /** What `/health/ready` asks. */
  readonly checks: readonly HealthCheck[];
  /** A new random UUID. */
  newId(): string;
  /** Uniform in [0, 1). */
  random(): number;
};
