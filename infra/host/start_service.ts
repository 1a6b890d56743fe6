import { startProjections } from "@headwater/projections";
import type { Sql } from "postgres";
import {
  type cache,
  type EventLog,
  eventLog,
  type HealthCheck,
  type Log,
  type Service,
  type ServiceClient,
} from "@headwater/core";
import { cachesCheck } from "./process_caches.ts";
import { openService } from "./open_service.ts";
import type { ServiceDefinition } from "./service.ts";
import { processMigration, processRecords, startProcess } from "@headwater/sagas";
import { connect, migrate } from "@headwater/postgres";

export type RunningService = AsyncDisposable & {
  readonly service: Service;
  readonly sql: Sql;
};

export type ServiceOptions = {
  readonly log: EventLog;
  /** Of the connection to the log. */
  readonly checks?: readonly HealthCheck[];
  /** Of the service's own database. */
  readonly url: string;
  readonly client: ServiceClient;
  /** Of the process. */
  readonly cacheBudget: cache.Budget;
  readonly logger: Log;
};

/** Runs one service with its read models and processes. */
export async function startService(
  definition: ServiceDefinition,
  { log, checks = [], url, client, cacheBudget, logger }: ServiceOptions,
): Promise<RunningService> {
  await using starting = new AsyncDisposableStack();
  const { name, categories, views, sagas, migrations } = definition;
  const sql = connect({ url, name, logger });
  // Not long: whoever asked has gone by then, and a query whose connection broke as it was sent is never settled.
  starting.defer(() => sql.end({ timeout: 1 }));
  await migrate(sql, {
    service: name,
    migrations: [...(sagas.length > 0 ? [processMigration] : []), ...migrations],
  });
  const own = eventLog.ownedLog(log, { service: name, categories });
  const projections = starting.use(
    await startProjections({ service: name, views, log: own, sql, logger }),
  );
  const random = Math.random;
  const runtimes = sagas.map((process) =>
    starting.use(startProcess({
      process,
      log: own,
      client,
      records: processRecords(sql, process.name),
      logger,
      cacheBudget,
      random,
    }))
  );
  const service = openService(definition, {
    log: own,
    sql,
    client,
    readModels: projections,
    logger,
    cacheBudget,
    checks: [
      postgresCheck(sql),
      logCheck(log),
      ...checks,
      ...projections.checks,
      ...runtimes.map(({ check }) => check),
      cachesCheck(cacheBudget),
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
