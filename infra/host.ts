import type { Sql } from "postgres";
import { ownedLog } from "@headwater/shared/domain/owned_log";
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
import { processMigration, processRecords } from "@headwater/shared/process/process_records";
import { startProcess } from "@headwater/shared/process/process_runtime";
import { createResilientClient } from "@headwater/shared/resilience/resilient_client";
import { connect } from "./postgres/connect.ts";
import { migrate } from "./postgres/migrate.ts";
import { inProcessClient } from "./service_client/in_process.ts";

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

export type HostOptions = {
  readonly log: EventLog;
  /** URL of a service's own database, which is there when this resolves. */
  database(service: string): Promise<string>;
  readonly logger: Log;
};

/** A service's database, and what is derived in it. */
export type ServiceDatabase = {
  readonly service: string;
  readonly views: readonly View[];
  readonly sql: Sql;
};

export type Host = AsyncDisposable & {
  readonly gateway: Service;
  readonly databases: readonly ServiceDatabase[];
};

/** Runs a whole application in this process: its services, their read models and processes, and the gateway. */
export async function startHost(
  { services: definitions, startProjections, createGateway }: Application,
  { log, database, logger }: HostOptions,
): Promise<Host> {
  await using starting = new AsyncDisposableStack();
  const services = new Map<string, Service>();
  const client = createResilientClient(inProcessClient(services));
  const databases = await Promise.all(definitions.map(async (definition) => {
    const url = await database(definition.name);
    const running = starting.use(
      await startService(definition, { log, url, client, logger, startProjections }),
    );
    services.set(definition.name, running.service);
    return { service: definition.name, views: definition.views, sql: running.sql };
  }));
  const checks = definitions.map(({ name }) => serviceCheck(name, client));
  const gateway = createGateway({ client, logger, checks, newId: () => crypto.randomUUID() });
  const running = starting.move();
  return { gateway, databases, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

async function startService(
  definition: ServiceDefinition,
  { log, url, client, logger, startProjections }: {
    readonly log: EventLog;
    readonly url: string;
    readonly client: ServiceClient;
    readonly logger: Log;
    readonly startProjections: StartProjections;
  },
): Promise<AsyncDisposable & { readonly service: Service; readonly sql: Sql }> {
  await using starting = new AsyncDisposableStack();
  const { name, categories, views, processes, migrations = [] } = definition;
  const sql = connect({ url, name, logger });
  starting.defer(() => sql.end({ timeout: 5 }));
  await migrate(sql, {
    service: name,
    migrations: [...(processes.length > 0 ? [processMigration] : []), ...migrations],
  });
  const own = ownedLog(log, { service: name, categories });
  const projections = starting.use(
    await startProjections({ service: name, views, log: own, sql, logger }),
  );
  const random = Math.random;
  const runtimes = processes.map((process) =>
    starting.use(startProcess({
      process,
      log: own,
      client,
      records: processRecords(sql, process.name),
      logger,
      random,
    }))
  );
  const service = definition.create({
    log: own,
    sql,
    client,
    readModels: projections,
    logger,
    checks: [
      postgresCheck(sql),
      logCheck(log),
      ...projections.checks,
      ...runtimes.map(({ check }) => check),
    ],
    newId: () => crypto.randomUUID(),
    random,
  });
  const running = starting.move();
  return { service, sql, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

function postgresCheck(sql: Sql): HealthCheck {
  return {
    name: "postgres",
    async check() {
      await sql`select 1`;
    },
  };
}

function logCheck(log: EventLog): HealthCheck {
  return {
    name: "event-log",
    async check() {
      await log.head();
    },
  };
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
