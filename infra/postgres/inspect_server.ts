import type { Sql } from "postgres";
import type { Log } from "@headwater/core";

/** The oldest and the newest major version that the project is tried on. */
const oldest = 14;
const newest = 18;

export type Server = {
  /** For example 150018. */
  readonly version: number;
  /** Somebody stands between us and it, and hands out its connections. */
  readonly isPooled: boolean;
  readonly user: string;
  readonly database: string;
  readonly mayCreateDatabases: boolean;
  /** Nothing there waits for the disk: a database is made by copying files, at a fifth of what it takes through the WAL. */
  readonly copiesFiles: boolean;
  /** Where tables are made without more words; null: nowhere. */
  readonly schema: string | null;
  readonly schemaOwner: string | null;
  readonly mayCreateTables: boolean;
  /** Read models were made here before. */
  readonly hasTables: boolean;
};

/** What there is at the other end of a careful connection. Errors: a version of PostgreSQL that will not do. */
export async function inspectServer(sql: Sql, logger: Log): Promise<Server> {
  const found = await sql<(Omit<Server, "isPooled"> & { readonly pid: number })[]>`
    select pg_backend_pid() as pid, current_setting('server_version_num')::integer as version,
      current_user::text as user, current_database()::text as database,
      (select rolcreatedb or rolsuper from pg_roles where rolname = current_user) as "mayCreateDatabases",
      current_setting('fsync') = 'off' and current_setting('server_version_num')::integer >= 150000
        as "copiesFiles",
      current_schema()::text as schema,
      (select nspowner::regrole::text from pg_namespace where nspname = current_schema()) as "schemaOwner",
      coalesce(has_schema_privilege(current_schema(), 'create'), false) as "mayCreateTables",
      to_regclass('projection_checkpoint') is not null as "hasTables"`;
  const { pid, ...server } = found[0]!;
  const major = Math.floor(server.version / 10_000);
  if (major < oldest) {
    throw new Error(
      `Cannot use PostgreSQL ${major}: the versions that will do are ${oldest} to ${newest}`,
    );
  }
  if (major > newest) {
    logger.warn("This PostgreSQL is newer than those that were tried", { major, newest });
  }
  // A pooler gives its clients keys of its own, not those of a process of the server
  return { ...server, isPooled: found.state?.pid !== pid };
}

/** Throws where tables have to be made and may not be. */
export function assertMayCreateTables(
  { user, database, schema, schemaOwner, mayCreateTables, hasTables }: Server,
): void {
  if (mayCreateTables || hasTables) return;
  const where = schema === null
    ? "it has no schema that it may use"
    : `schema "${schema}" belongs to "${schemaOwner}"`;
  throw new Error(
    `Cannot use database "${database}": user "${user}" may not make tables there, ${where}; let the owner run: alter database "${database}" owner to "${user}", or: grant create on schema "${
      schema ?? "public"
    }" to "${user}"`,
  );
}
