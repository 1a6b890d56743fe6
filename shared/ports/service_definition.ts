import type { Sql } from "postgres";
import type { Process } from "../domain/process.ts";
import type { View } from "../domain/view.ts";
import type { EventLog } from "./event_log.ts";
import type { Log } from "./log.ts";
import type { ReadModels } from "./read_models.ts";
import type { Service, ServiceClient } from "./service_client.ts";

/** One thing a service needs to be of use; rejects with the reason when it is not there. */
export type HealthCheck = {
  /** For example `postgres`, `event-log`, `projection:orders`. */
  readonly name: string;
  check(signal: AbortSignal): Promise<void>;
};

export type Migration = {
  /** Unique in the service. */
  readonly name: string;
  readonly sql: string;
};

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

/** A service as the host sees it. Nothing happens until `create`. */
export type ServiceDefinition = {
  /** Also its host name in `http://<name>/…` and the name of its database. */
  readonly name: string;
  /** The categories whose streams it alone writes. */
  readonly categories: readonly string[];
  /** DDL of tables beside the views', in order, for ever; applied once each. */
  readonly migrations?: readonly Migration[];
  readonly views: readonly View[];
  readonly processes: readonly Process[];
  create(dependencies: ServiceDependencies): Service;
};
