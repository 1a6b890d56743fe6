import type { Sql } from "postgres";
import type { Log } from "@headwater/core";
import { connect } from "./connect.ts";
import { changedUrl, readDatabaseUrl } from "./database_url.ts";
import { assertMayCreateTables, inspectServer } from "./inspect_server.ts";
import { migrate } from "./migrate.ts";
import type { Migration } from "./migration.ts";

/** Whose database it is, and what it is to have. */
export type OpenDatabaseOptions = {
  readonly url: string;
  /** Whose it is. */
  readonly service: string;
  readonly migrations: readonly Migration[];
  readonly logger: Log;
};

/** A database that is ready. */
export type OpenedDatabase = {
  /** For all further connections: it says whether they go through a pooler. */
  readonly url: string;
  readonly isPooled: boolean;
  /** Once more: see `keepTables`. Errors: those of `migrate`. */
  migrate(): Promise<readonly string[]>;
};

/** A migration may take its time: one that indexes a large table, for example. */
const migrationMs = 600_000;

/**
 * Makes a database ready for its service: looks at what PostgreSQL there is, and migrates.
 *
 * Errors: a version that will not do, a database that is somebody else's, those of `migrate`.
 */
export async function openDatabase(options: OpenDatabaseOptions): Promise<OpenedDatabase> {
  try {
    return await prepared(options);
  } catch (error) {
    const { message } = error as Error;
    if (message.startsWith("Cannot ")) throw error;
    throw new Error(`Cannot prepare the database of service "${options.service}": ${message}`, {
      cause: error,
    });
  }
}

async function prepared(
  { url, service, migrations, logger }: OpenDatabaseOptions,
): Promise<OpenedDatabase> {
  const found = await withConnection(url, { logger }, async (sql) => {
    const server = await inspectServer(sql, logger);
    assertMayCreateTables(server);
    return server;
  });
  async function migrateAll(): Promise<readonly string[]> {
    if (migrations.length === 0) return [];
    const patienceMs = migrationMs;
    return await withConnection(
      url,
      { logger, patienceMs },
      (sql) => migrate(sql, { service, migrations }),
    );
  }
  await migrateAll();
  const isPooled = readDatabaseUrl(url).isPooled ?? found.isPooled;
  return { url: changedUrl(url, { isPooled }), isPooled, migrate: migrateAll };
}

/** The same URL, saying whether connections go through a pooler: looks at it where nobody has said. */
export async function recogniseDatabase(
  { url, logger }: Pick<OpenDatabaseOptions, "url" | "logger">,
): Promise<string> {
  if (readDatabaseUrl(url).isPooled !== undefined) return url;
  return await withConnection(
    url,
    { logger },
    async (sql) => changedUrl(url, { isPooled: (await inspectServer(sql, logger)).isPooled }),
  );
}

/** A connection for a moment, that whatever is in between takes. */
export async function withConnection<Result>(
  url: string,
  options: { readonly logger: Log; readonly patienceMs?: number },
  work: (sql: Sql) => Promise<Result>,
): Promise<Result> {
  const sql = connect({ url, name: "setup", max: 1, isCareful: true, ...options });
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}
