import { join } from "node:path";
import type { EventLog } from "@headwater/shared/ports/event_log";
import type { Log } from "@headwater/shared/ports/log";
import type { Config } from "./config.ts";
import { openSqliteLog } from "./event_log/sqlite.ts";
import { startEmbeddedPostgres } from "./postgres/embedded.ts";
import { ensureDatabase } from "./postgres/ensure_database.ts";

/** What an application runs on. */
export type Adapters = AsyncDisposable & {
  readonly log: EventLog;
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
  const { config, directory, logger } = options;
  await using opening = new AsyncDisposableStack();
  const path = join(directory, "events.sqlite");
  const log = opening.use(openSqliteLog({ path, logger }));
  const postgres = await openPostgres(options);
  if (postgres.server) opening.use(postgres.server);
  const opened = opening.move();
  return {
    log,
    async database(service) {
      const own = config.databaseUrls[service];
      if (own !== undefined) return own;
      if (postgres.url === undefined) {
        throw new Error(`Cannot find the database of service "${service}": no URL is set`);
      }
      return await ensureDatabase({ adminUrl: postgres.url, name: databaseName(service), logger });
    },
    parts: [
      { name: "event log", where: `SQLite, ${path}` },
      { name: "PostgreSQL", where: postgres.where },
    ],
    postgresUrl: postgres.url,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
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
    directory: join(directory, "postgres"),
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
