import postgres from "postgres";
import type { Log } from "@headwater/core";
import { changedUrl } from "./database_url.ts";
import { inspectServer } from "./inspect_server.ts";
import { withConnection } from "./open_database.ts";

/** Which database is to be there, and on what server. */
export type EnsureDatabaseOptions = {
  /** Any database of the server, as a user who may create others where `name` does not exist yet. */
  readonly adminUrl: string;
  readonly name: string;
  /** All that will be needed on that server: for the message where they may not be made. */
  readonly names?: readonly string[];
  readonly logger: Log;
};

/** Creates the database unless it exists and gives its URL. Any number of processes may do so at once. */
export async function ensureDatabase(
  { adminUrl, name, names = [name], logger }: EnsureDatabaseOptions,
): Promise<string> {
  try {
    return await withConnection(adminUrl, { logger, patienceMs: createMs }, async (sql) => {
      const server = await inspectServer(sql, logger);
      const there = await sql<{ name: string }[]>`select datname::text as name from pg_database`;
      const existing = new Set(there.map((row) => row.name));
      if (!existing.has(name)) {
        if (!server.mayCreateDatabases) {
          throw new MayNotCreate(server.user, names.filter((one) => !existing.has(one)));
        }
        const how = server.copiesFiles ? sql`strategy file_copy` : sql``;
        await sql`create database ${sql(name)} ${how}`.catch(passOverDuplicate);
      }
      return changedUrl(adminUrl, { database: name, isPooled: server.isPooled });
    });
  } catch (error) {
    if (error instanceof MayNotCreate) throw error;
    throw new Error(`Cannot create database "${name}": ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** Removes a database with all that is in it, whoever is connected. */
export async function dropDatabase(
  { adminUrl, name, logger }: EnsureDatabaseOptions,
): Promise<void> {
  await withConnection(adminUrl, { logger, patienceMs: createMs }, async (sql) => {
    await sql`drop database if exists ${sql(name)} with (force)`;
  });
}

/** A database is a copy of another one, on a disk that may be busy. */
const createMs = 60_000;

class MayNotCreate extends Error {
  constructor(user: string, missing: readonly string[]) {
    const statements = missing.map((name) => `create database "${name}" owner "${user}";`);
    super(
      `Cannot create databases: user "${user}" may not; let an administrator run: ${
        statements.join(" ")
      }`,
    );
  }
}

/** Two at once: the slower one finds the name taken, or the row of the catalogue. */
function passOverDuplicate(error: unknown): void {
  const duplicate = error instanceof postgres.PostgresError &&
    ["42P04", "23505"].includes(error.code);
  if (!duplicate) throw error;
}
