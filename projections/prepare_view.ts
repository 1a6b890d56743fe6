import type { View } from "@headwater/shared/domain/view";
import type { Sql } from "postgres";
import { answered } from "./answered.ts";
import { checkpointTable, type Queryable } from "./checkpoint.ts";
import { quoted } from "./view_table.ts";

/** Any number that nobody else takes for an advisory lock in a service's database. */
const preparationLock = 4_732_905_118;

/** Heard by the workers of every process when a read model was emptied; the payload is a `ResetNotice` as JSON. */
export const resetChannel = "projection_reset";

export type ResetNotice = { readonly name: string; readonly epoch: number };

/**
 * Makes a view's table and its checkpoint where they are missing, and makes them anew where they belong to another
 * version of the view: the columns differ then, so that nothing of the old table can be kept.
 * Safe when several processes do it at once. Resolves to the reason why the table starts empty, if it does.
 */
export async function prepareView(sql: Sql, view: View): Promise<string | undefined> {
  return await answered(() =>
    sql.begin(async (tx) => {
      // "if not exists" would tell us every time that it does.
      await tx`select set_config('client_min_messages', 'warning', true)`;
      await tx`select pg_advisory_xact_lock(${preparationLock})`;
      await tx.unsafe(checkpointTable);
      const [stored] = await tx`
        select version from projection_checkpoint where name = ${view.name}`;
      const [table] = await tx`
        select 1 from pg_class where oid = to_regclass(quote_ident(${view.table}))`;
      const reason = !stored
        ? "the read model is new"
        : stored.version !== view.version
        ? `the view has version ${view.version} and the table ${stored.version}`
        : !table
        ? "the table is missing"
        : undefined;
      if (reason) {
        // The table first, then the checkpoint: the order in which every writer locks them.
        await tx.unsafe(`drop table if exists ${quoted(view.table)}`);
        await resetCheckpoint(tx, view);
        await tx.unsafe(`create table ${quoted(view.table)} (${view.columns})`);
      }
      for (const statement of view.indexes ?? []) await tx.unsafe(statement);
      return reason;
    })
  );
}

/**
 * Empties a read model; the workers that run it fill it again from the log's first event.
 * Fails when the table belongs to another version of the view.
 */
export async function requestRebuild(sql: Sql, view: View): Promise<void> {
  await sql.begin(async (tx) => {
    await tx.unsafe(`truncate ${quoted(view.table)}`);
    const [stored] = await tx`
      select version from projection_checkpoint where name = ${view.name}`;
    if (stored?.version !== view.version) {
      throw new Error(
        `Cannot rebuild "${view.name}" for version ${view.version}: its table belongs to version ${stored?.version}; the service rebuilds it when it starts`,
      );
    }
    await resetCheckpoint(tx, view);
  });
}

async function resetCheckpoint(sql: Queryable, view: View): Promise<void> {
  const [reset] = await sql`
    insert into projection_checkpoint as stored (name, version)
    values (${view.name}, ${view.version})
    on conflict (name) do update
    set version = excluded.version, epoch = stored.epoch + 1, position = null, filling = true,
        state = 'rebuilding', cause = null, since = now(), caught_up = false, behind_since = null,
        replayed = null, target = null, events_per_second = null, updated_at = now()
    returning epoch`;
  const notice: ResetNotice = { name: view.name, epoch: reset?.epoch };
  await sql`select pg_notify(${resetChannel}, ${JSON.stringify(notice)})`;
}
