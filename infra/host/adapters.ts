import { type EventLog, type HealthCheck, type Log, machine } from "@headwater/core";
import { startEmbeddedPostgres } from "@headwater/postgres";
import type { Config } from "./config.ts";
import { databasesOn } from "./databases.ts";
import { openLog } from "./open_log.ts";
import { openSharedStore } from "./open_shared_store.ts";
import { readModelDirectory } from "./read_model_directory.ts";

/** What an application runs on. */
export type Adapters = AsyncDisposable & {
  readonly log: EventLog;
  /** Of the connection to the log, beside the log's own answer. */
  readonly checks: readonly HealthCheck[];
  /** What gateway processes share. */
  readonly sharedStore: machine.SharedStore;
  /** Of the gateway, beside those of its services. */
  readonly gatewayChecks: readonly HealthCheck[];
  /** URL of a service's own database, made when it is not there. */
  database(service: string): Promise<string>;
  /** What was started or is used, and where: for people. */
  readonly parts: readonly { readonly name: string; readonly where: string }[];
  /** The server on which other processes find the databases. */
  readonly postgresUrl: string;
};

export type AdapterOptions = {
  /** The application's name. */
  readonly application: string;
  /** Whose databases will be asked for. */
  readonly services: readonly { readonly name: string }[];
  readonly config: Config;
  /** Where the embedded parts keep their data. */
  readonly directory: string;
  readonly cacheBudget: machine.CacheBudget;
  readonly logger: Log;
  readonly signal?: AbortSignal;
};

/** Opens what the configuration names, and embedded parts for what it does not. */
export async function openAdapters(options: AdapterOptions): Promise<Adapters> {
  const { application, config, directory, cacheBudget, logger, services } = options;
  await using opening = new AsyncDisposableStack();
  const { log, checks, where } = await openLog({ ...config, directory, cacheBudget, logger });
  opening.use(log);
  const shared = await openSharedStore({ ...config, application, cacheBudget, logger });
  opening.use(shared.store);
  const postgres = await openPostgres(options);
  if (postgres.server) opening.use(postgres.server);
  const onServer = databasesOn(postgres.url, { services, logger });
  const opened = opening.move();
  return {
    log,
    checks,
    sharedStore: shared.store,
    gatewayChecks: shared.checks,
    database: async (service) => config.databaseUrls.get(service) ?? await onServer(service),
    parts: [
      { name: "event log", where },
      { name: "PostgreSQL", where: postgres.where },
      ...config.redisUrl === undefined ? [] : [{ name: "shared", where: shared.where }],
    ],
    postgresUrl: postgres.url,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

async function openPostgres({ config, directory, services, logger, signal }: AdapterOptions) {
  const url = config.databaseUrl;
  if (url !== undefined) return { url, where: machine.withoutPassword(url), server: undefined };
  const server = await startEmbeddedPostgres({
    directory: readModelDirectory({ directory, eventStoreUrl: config.eventStoreUrl }),
    databases: services.length,
    logger,
    signal,
  });
  return { url: server.url, where: `embedded, 127.0.0.1:${server.port}`, server };
}
