import type { View } from "@headwater/core";
import type { Sql } from "postgres";
import { answered } from "./answered.ts";
import { quoted } from "./table_definition.ts";

/** Tells PostgreSQL what is in a view's table, so that it finds the best ways to it. Neither readers nor writers wait for it. */
export async function analyzeTable(sql: Sql, view: View): Promise<void> {
  await answered(() => sql.unsafe(`analyze ${quoted(view.table)}`));
}

/** The same, where PostgreSQL has forgotten that it ever did so, and when to do it again: as after a crash. */
export async function analyzeIfForgotten(sql: Sql, view: View): Promise<void> {
  const [found] = await answered(() =>
    sql<{ isForgotten: boolean }[]>`
      select last_analyze is null and last_autoanalyze is null as "isForgotten"
      from pg_stat_user_tables where relid = to_regclass(${quoted(view.table)})`
  );
  if (found?.isForgotten) await analyzeTable(sql, view);
}
