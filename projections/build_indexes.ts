import { time, Unavailable } from "@headwater/core";
import type { Sql } from "postgres";
import { answered } from "./answered.ts";
import { inFlight } from "./in_flight.ts";
import { createIndex, type Index } from "./table_definition.ts";

const atOnce = 2;
const lookEveryMs = 1_000;

/**
 * Makes those indexes which a table does not have. Of a large one that takes longer than anybody waits for a statement:
 * then it is looked for until it is there, or nobody makes it any more.
 */
export async function buildIndexes(
  sql: Sql,
  { table, indexes, beat }: {
    readonly table: string;
    readonly indexes: readonly Index[];
    /** To be done now and then. */
    beat(): Promise<void>;
  },
): Promise<void> {
  const done = new AbortController();
  const { signal } = done;
  async function beatOn(): Promise<void> {
    while (!signal.aborted) {
      await time.pause(lookEveryMs, { signal });
      if (!signal.aborted) await beat();
    }
  }
  const beating = beatOn();
  try {
    const building = inFlight(indexes, { atOnce }, (index) => build(sql, { table, index }));
    await Promise.race([building, beating.then(() => building)]);
  } finally {
    done.abort();
    await beating.catch(() => {});
  }
}

async function build(
  sql: Sql,
  { table, index }: { readonly table: string; readonly index: Index },
): Promise<void> {
  if (await isThere(sql, { table, index })) return;
  try {
    await answered(() =>
      sql.unsafe(`
        set local statement_timeout = 0;
        ${createIndex(table, index)}`), { patienceMs: 60_000 });
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    while (await isBuilding(sql, table)) await time.pause(lookEveryMs);
    if (!await isThere(sql, { table, index })) throw error;
  }
}

async function isThere(
  sql: Sql,
  { table, index }: { readonly table: string; readonly index: Index },
): Promise<boolean> {
  if ("document" in index) {
    const found = await answered(() =>
      sql`
        select 1 from pg_index join pg_class on pg_class.oid = indexrelid
        join pg_am on pg_am.oid = relam
        where indrelid = ${table}::text::regclass and indisvalid and amname = 'gin'`
    );
    return found.length > 0;
  }
  const { columns, isUnique } = index;
  const found = await answered(() =>
    sql`
      select 1 from pg_index
      where indrelid = ${table}::text::regclass and indpred is null and indisvalid
        and indisunique = ${isUnique}
        and (
          select json_agg(attname::text order by place)::text
          from unnest(indkey) with ordinality as part (number, place)
          left join pg_attribute on attrelid = indrelid and attnum = number
        )::jsonb = ${JSON.stringify(columns)}::text::jsonb`
  );
  return found.length > 0;
}

async function isBuilding(sql: Sql, table: string): Promise<boolean> {
  const found = await answered(() =>
    sql`select 1 from pg_stat_progress_create_index where relid = ${table}::text::regclass`
  );
  return found.length > 0;
}
