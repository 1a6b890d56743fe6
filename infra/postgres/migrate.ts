import type { Sql } from "postgres";
import { fingerprint, machine } from "@headwater/core";
import { type Migration, statementsOf } from "./migration.ts";
import { inTurn, literal } from "./migration_turn.ts";
import { remakeTables } from "./remake_tables.ts";

/** Migrations, and whose they are. */
export type MigrateOptions = {
  /** Whose migrations they are: several may share a database. */
  readonly service: string;
  /** In the order in which they are to be applied. */
  readonly migrations: readonly Migration[];
};

/**
 * Applies what has not been applied yet, each migration in a transaction of its own, and gives the names of those it applied.
 * Where there is nothing to do it only looks. Processes that start at once take turns. A database that is ahead, since a
 * newer release was here, is left alone. Of tables that may be lost those are made anew that are gone.
 *
 * Errors: a migration that fails, was changed after it was applied, or was put before one that is applied already.
 */
export async function migrate(
  sql: Sql,
  options: MigrateOptions,
): Promise<readonly string[]> {
  const done = [...await remake(sql, options)];
  for (const { service, migrations } of byOwner(options)) {
    for (;;) {
      const applied = await appliedChecksums(sql, service);
      const migration = outstanding({ service, migrations }, applied);
      if (!migration) break;
      if (await apply(sql, { service, migration })) done.push(migration.name);
    }
  }
  return done;
}

/** The migrations of each owner, under whose name they are on record. */
function byOwner({ service, migrations }: MigrateOptions): readonly MigrateOptions[] {
  return Array.from(Map.groupBy(migrations, ({ owner }) => owner), ([owner, migrations]) => ({
    service: owner === undefined ? service : `${service}/${owner}`,
    migrations,
  }));
}

async function remake(sql: Sql, options: MigrateOptions): Promise<readonly string[]> {
  if (!options.migrations.some(({ tables }) => tables)) return [];
  const applied = new Set<Migration>();
  for (const { service, migrations } of byOwner(options)) {
    const checksums = await appliedChecksums(sql, service);
    for (const migration of migrations) if (checksums.has(migration.name)) applied.add(migration);
  }
  const remade = await remakeTables(sql, options.migrations.filter((each) => applied.has(each)));
  return remade.map(({ name }) => name);
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
    if (machine.isMissingTable(error)) return new Map();
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

/** False: another process has applied it meanwhile. */
async function apply(
  sql: Sql,
  { service, migration }: { readonly service: string; readonly migration: Migration },
): Promise<boolean> {
  const { name } = migration;
  const own = `service = ${literal(service)} and name = ${literal(name)}`;
  try {
    return await inTurn(sql, {
      unless: `exists (select from headwater_migrations where ${own})`,
      statements: [
        ...statementsOf(migration),
        `insert into headwater_migrations (service, name, checksum)
        values (${literal(service)}, ${literal(name)}, ${literal(checksumOf(migration))})`,
      ],
    });
  } catch (error) {
    throw new Error(
      `Cannot migrate "${service}": migration "${name}" failed: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

function checksumOf(migration: Migration): string {
  return fingerprint(statementsOf(migration));
}
