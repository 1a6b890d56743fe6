import { join } from "node:path";
import type { EventLog, HealthCheck, Log } from "@headwater/core";
import type { Config } from "./config.ts";
import { openEventStoreDb } from "@headwater/eventstoredb";
import { openEventLog } from "@headwater/event-store";
import { ensureDatabase, startEmbeddedPostgres } from "@headwater/postgres";
import { readModelDirectory } from "./read_model_directory.ts";
import { withoutCredentials } from "./without_credentials.ts";

/** What an application runs on. */
export type Adapters = AsyncDisposable & {
  readonly log: EventLog;
  /** Of the connection to the log, beside the log's own answer. */
  readonly checks: readonly HealthCheck[];
  /** URL of a service's own database, made when it is not there. */
  database(service: string): Promise<string>;
  /** What was started or is used, and where: for people. */
  readonly parts: readonly { readonly name: string; readonly where: string }[];
  /** The server on which other processes find the databases; undefined where each service has one of its own. */
  readonly postgresUrl: string | undefined;
};

export type AdapterOptions = {
  readonly config: Config;
  /** Where the embedded parts keep their data. */
  readonly directory: string;
  readonly logger: Log;
  /** Nothing of it need outlive this process. */
  readonly throwAway?: boolean;
  readonly signal?: AbortSignal;
};

/** Opens what the configuration names, and embedded parts for what it does not. */
export async function openAdapters(options: AdapterOptions): Promise<Adapters> {
  const { config, logger } = options;
  await using opening = new AsyncDisposableStack();
  const eventLog = await openLog(options);
  opening.use(eventLog.log);
  const postgres = await openPostgres(options);
  if (postgres.server) opening.use(postgres.server);
  const opened = opening.move();
  return {
    log: eventLog.log,
    checks: eventLog.checks,
    async database(service) {
      const own = config.databaseUrls[service];
      if (own !== undefined) return own;
      if (postgres.url === undefined) {
        throw new Error(`Cannot find the database of service "${service}": no URL is set`);
      }
      return await ensureDatabase({ adminUrl: postgres.url, name: databaseName(service), logger });
    },
    parts: [
      { name: "event log", where: eventLog.where },
      { name: "PostgreSQL", where: postgres.where },
    ],
    postgresUrl: postgres.url,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

async function openLog({ config, directory, logger }: AdapterOptions): Promise<{
  readonly log: EventLog;
  readonly checks: readonly HealthCheck[];
  readonly where: string;
}> {
  if (config.eventStoreUrl !== undefined) {
    const log = await openEventStoreDb({ connectionString: config.eventStoreUrl, logger });
    return {
      log,
      checks: [log.check],
      where: `EventStoreDB, ${withoutCredentials(config.eventStoreUrl)}`,
    };
  }
  const path = join(directory, "events.sqlite");
  return { log: openEventLog({ path, logger }), checks: [], where: `SQLite, ${path}` };
}

export function databaseName(service: string): string {
  return `headwater_${service}`;
}

async function openPostgres({ config, directory, logger, throwAway, signal }: AdapterOptions) {
  if (config.databaseUrl !== undefined) {
    return {
      url: config.databaseUrl,
      where: withoutPassword(config.databaseUrl),
      server: undefined,
    };
  }
  const server = await startEmbeddedPostgres({
    directory: readModelDirectory({ directory, eventStoreUrl: config.eventStoreUrl }),
    logger,
    throwAway,
    signal,
  });
  return { url: server.url, where: `embedded, 127.0.0.1:${server.port}`, server };
}

function withoutPassword(text: string): string {
  const url = new URL(text);
  if (url.password) url.password = "…";
  return decodeURI(url.href);
}
