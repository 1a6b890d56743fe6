import postgres from "postgres";
import type { Log } from "@headwater/core";
import { connect } from "./connect.ts";

/** Which database is to be there, and on what server. */
export type EnsureDatabaseOptions = {
  /** Any database of the server, as a user who may create others where `name` does not exist yet. */
  readonly adminUrl: string;
  readonly name: string;
  readonly logger: Log;
};

/** Creates the database unless it exists and gives its URL. Any number of processes may do so at once. */
export async function ensureDatabase(
  { adminUrl, name, logger }: EnsureDatabaseOptions,
): Promise<string> {
  const sql = connect({ url: adminUrl, name: "setup", max: 1, logger });
  try {
    const [existing] = await sql`select from pg_database where datname = ${name}`;
    if (!existing) await sql`create database ${sql(name)}`.catch(passOverDuplicate);
  } catch (error) {
    throw new Error(`Cannot create database "${name}": ${(error as Error).message}`, {
      cause: error,
    });
  } finally {
    await sql.end();
  }
  const url = new URL(adminUrl);
  url.pathname = `/${encodeURIComponent(name)}`;
  return url.href;
}

/** Two at once: the slower one finds the name taken, or the row of the catalogue. */
function passOverDuplicate(error: unknown): void {
  const duplicate = error instanceof postgres.PostgresError &&
    ["42P04", "23505"].includes(error.code);
  if (!duplicate) throw error;
}
