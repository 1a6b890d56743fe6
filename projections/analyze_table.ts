import type { View } from "@headwater/core";
import type { Sql } from "postgres";
import { answered } from "./answered.ts";
import { quoted, tablesOf } from "./table_definition.ts";

/** `suffix` as for `tablesOf`. */
type AnalyzedTables = { readonly view: View; readonly suffix: string };

/** Tells PostgreSQL what is in a view's tables, so that it finds the best ways to it. Neither readers nor writers wait for it. */
export async function analyzeTable(sql: Sql, tables: AnalyzedTables): Promise<void> {
  await answered(() => sql.unsafe(`analyze ${physicalNames(tables).join(", ")}`));
}

/** The same, where PostgreSQL has forgotten that it ever did so, and when to do it again: as after a crash. */
export async function analyzeIfForgotten(sql: Sql, tables: AnalyzedTables): Promise<void> {
  const [found] = await answered(() =>
    sql<{ isForgotten: boolean }[]>`
      select bool_or(last_analyze is null and last_autoanalyze is null) as "isForgotten"
      from pg_stat_user_tables where relid in (${
      sql.unsafe(physicalNames(tables).map((table) => `to_regclass('${table}')`).join(", "))
    })`
  );
  if (found?.isForgotten) await analyzeTable(sql, tables);
}

function physicalNames({ view, suffix }: AnalyzedTables): string[] {
  return tablesOf(view, suffix).map(({ physicalName }) => quoted(physicalName));
}
