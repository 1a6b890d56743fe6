import type { Sql } from "postgres";

/** Any number that nobody else takes for an advisory lock in a service's database. */
const turnLock = 4802617;
/** A code of our own: another process was faster. */
const doneMeanwhile = "HW001";

/**
 * Runs statements in one transaction, one process after the other. One message with several statements is a transaction;
 * in `sql.begin`, postgres.js 3.4.9 has ended whole processes.
 * False: `unless`, a condition, holds once it is this one's turn, since another process was faster.
 */
export async function inTurn(
  sql: Sql,
  { unless, statements }: { readonly unless: string; readonly statements: readonly string[] },
): Promise<boolean> {
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
        if ${unless} then
          raise exception 'done meanwhile' using errcode = '${doneMeanwhile}';
        end if;
      end $turn$;
      ${statements.join("\n;\n")}`);
    return true;
  } catch (error) {
    if (codeOf(error) === doneMeanwhile) return false;
    throw error;
  }
}

/** PostgreSQL's code of an error, if it has one. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}

export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
