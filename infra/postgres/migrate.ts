import type { Sql, TransactionSql } from "postgres";
import { fingerprint } from "@headwater/core";

/** One step forward. Never changed once it was released: what follows is another migration. */
export type Migration = {
  /** For example `0001-orders`; unique within its service. */
  readonly name: string;
  /** One text with any number of statements, or several; all of them in one transaction. */
  readonly sql: string | readonly string[];
};

/** Migrations, and whose they are. */
export type MigrateOptions = {
  /** Whose migrations they are: several may share a database. */
  readonly service: string;
  /** In the order in which they are to be applied. */
  readonly migrations: readonly Migration[];
};

/**
 * Applies what has not been applied yet, each migration in a transaction of its own, and gives the names of those it applied.
 * Processes that start at once take turns. A database that is ahead, since a newer release was here, is left alone.
 *
 * Errors: a migration that fails, was changed after it was applied, or was put before one that is applied already.
 */
export async function migrate(
  sql: Sql,
  { service, migrations }: MigrateOptions,
): Promise<readonly string[]> {
  await sql.begin(async (tx) => {
    await takeTurn(tx);
    await tx`set local client_min_messages = warning`;
    await tx`
      create table if not exists headwater_migrations (
        service text not null,
        name text not null,
        checksum text not null,
        applied_at timestamptz not null default now(),
        primary key (service, name)
      )`;
  });
  const done: string[] = [];
  for (const [place, migration] of migrations.entries()) {
    const applied = await sql.begin((tx) => apply(tx, { service, migrations, place }));
    if (applied) done.push(migration.name);
  }
  return done;
}

type Step = MigrateOptions & { readonly place: number };

async function apply(
  tx: TransactionSql,
  { service, migrations, place }: Step,
): Promise<boolean> {
  await takeTurn(tx);
  const { name, sql } = migrations[place]!;
  const statements = typeof sql === "string" ? [sql] : sql;
  const checksum = fingerprint(statements);
  const rows = await tx<{ name: string; checksum: string }[]>`
    select name, checksum from headwater_migrations where service = ${service}`;
  const checksums = new Map(rows.map((row) => [row.name, row.checksum]));

  const known = checksums.get(name);
  if (known === checksum) return false;
  if (known !== undefined) {
    throw new Error(
      `Cannot migrate "${service}": migration "${name}" was changed after it was applied`,
    );
  }
  const later = migrations.slice(place + 1).find((migration) => checksums.has(migration.name));
  if (later) {
    throw new Error(
      `Cannot migrate "${service}": migration "${name}" comes before "${later.name}", which is applied already`,
    );
  }
  try {
    for (const statement of statements) await tx.unsafe(statement);
  } catch (error) {
    throw new Error(
      `Cannot migrate "${service}": migration "${name}" failed: ${(error as Error).message}`,
      { cause: error },
    );
  }
  await tx`insert into headwater_migrations ${tx({ service, name, checksum })}`;
  return true;
}

/** Until the end of the transaction; the number is one of our own choice. */
async function takeTurn(tx: TransactionSql): Promise<void> {
  await tx`select pg_advisory_xact_lock(4_802_617)`;
}
