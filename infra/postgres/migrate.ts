import type { Sql } from "postgres";
import { fingerprint } from "@headwater/core";

/** One step forward. Never changed once it was released: what follows is another migration. */
export type Migration = {
  /** For example `0001-orders`; unique within its service. */
  readonly name: string;
  /** One text with any number of statements, or several; all of them in one transaction. */
  readonly sql: string | readonly string[];
  /** Whose it is, where a part of the service has tables of its own: those are in an order of their own. */
  readonly owner?: string;
};

/** Migrations, and whose they are. */
export type MigrateOptions = {
  /** Whose migrations they are: several may share a database. */
  readonly service: string;
  /** In the order in which they are to be applied. */
  readonly migrations: readonly Migration[];
};

/** Any number that nobody else takes for an advisory lock in a service's database. */
const turnLock = 4802617;
/** PostgreSQL's code for a table that is not there. */
const undefinedTable = "42P01";
/** A code of our own: another process was faster. */
const appliedMeanwhile = "HW001";

/**
 * Applies what has not been applied yet, each migration in a transaction of its own, and gives the names of those it applied.
 * Where there is nothing to do it only looks. Processes that start at once take turns. A database that is ahead, since a
 * newer release was here, is left alone.
 *
 * Errors: a migration that fails, was changed after it was applied, or was put before one that is applied already.
 */
export async function migrate(
  sql: Sql,
  options: MigrateOptions,
): Promise<readonly string[]> {
  const done: string[] = [];
  for (const owner of new Set(options.migrations.map(({ owner }) => owner))) {
    const service = owner === undefined ? options.service : `${options.service}/${owner}`;
    const migrations = options.migrations.filter((migration) => migration.owner === owner);
    for (;;) {
      const applied = await appliedChecksums(sql, service);
      const migration = outstanding({ service, migrations }, applied);
      if (!migration) break;
      if (await apply(sql, { service, migration })) done.push(migration.name);
    }
  }
  return done;
}

async function appliedChecksums(
  sql: Sql,
  service: string,
): Promise<ReadonlyMap<string, string>> {
  try {
    const rows = await sql<{ name: string; checksum: string }[]>`
      select name, checksum from headwater_migrations where service = ${service}`;
    return new Map(rows.map((row) => [row.name, row.checksum]));
  } catch (error) {
    if (codeOf(error) === undefinedTable) return new Map();
    throw error;
  }
}

/** The first that is not applied; undefined: all are. */
function outstanding(
  { service, migrations }: MigrateOptions,
  checksums: ReadonlyMap<string, string>,
): Migration | undefined {
  for (const [place, migration] of migrations.entries()) {
    const { name } = migration;
    const known = checksums.get(name);
    if (known === checksumOf(migration)) continue;
    if (known !== undefined) {
      throw new Error(
        `Cannot migrate "${service}": migration "${name}" was changed after it was applied`,
      );
    }
    const later = migrations.slice(place + 1).find((other) => checksums.has(other.name));
    if (later) {
      throw new Error(
        `Cannot migrate "${service}": migration "${name}" comes before "${later.name}", which is applied already`,
      );
    }
    return migration;
  }
  return undefined;
}

/**
 * One message with several statements is a transaction; in `sql.begin`, postgres.js 3.4.9 has ended whole processes.
 * False: another process has applied it meanwhile.
 */
async function apply(
  sql: Sql,
  { service, migration }: { readonly service: string; readonly migration: Migration },
): Promise<boolean> {
  const { name } = migration;
  const own = `service = ${literal(service)} and name = ${literal(name)}`;
  try {
    await sql.unsafe(`
      select set_config('client_min_messages', 'warning', true), pg_advisory_xact_lock(${turnLock});
      create table if not exists headwater_migrations (
        service text not null,
        name text not null,
        checksum text not null,
        applied_at timestamptz not null default now(),
        primary key (service, name)
      );
      do $turn$ begin
        if exists (select from headwater_migrations where ${own}) then
          raise exception 'applied meanwhile' using errcode = '${appliedMeanwhile}';
        end if;
      end $turn$;
      ${statementsOf(migration).join("\n;\n")}
      ;
      insert into headwater_migrations (service, name, checksum)
      values (${literal(service)}, ${literal(name)}, ${literal(checksumOf(migration))})`);
    return true;
  } catch (error) {
    if (codeOf(error) === appliedMeanwhile) return false;
    throw new Error(
      `Cannot migrate "${service}": migration "${name}" failed: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

function statementsOf({ sql }: Migration): readonly string[] {
  return typeof sql === "string" ? [sql] : sql;
}

function checksumOf(migration: Migration): string {
  return fingerprint(statementsOf(migration));
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
