import type { View } from "@headwater/core";
import type { Sql } from "postgres";
import { answered } from "./answered.ts";
import { checkpointTable } from "./checkpoint.ts";
import { letterTable } from "./letter_table.ts";
import { isMissingTable } from "./failure.ts";
import {
  createIndexes,
  createTables,
  dropTables,
  emptyTables,
  lacksIndex,
  lacksTable,
} from "./table_definition.ts";

/** Any number that nobody else takes for an advisory lock in a service's database. */
const preparationLock = 4732905118;

/** A reset waits for those who read and write the table. */
const resetPatienceMs = 60_000;

/** Heard by the workers of every process when a read model was emptied; the payload is a `ResetNotice` as JSON. */
export const resetChannel = "projection_reset";

export type ResetNotice = { readonly name: string; readonly epoch: number };

/**
 * Makes a view's table and its checkpoint where they are missing, and makes them anew where they belong to another
 * version of the view: the columns differ then, so that nothing of the old table can be kept.
 * Safe when several processes do it at once; where there is nothing to do it only looks, and neither waits for anybody
 * nor holds anybody up. Resolves to the reason why the table starts empty, if it does.
 */
export async function prepareView(sql: Sql, view: View): Promise<string | undefined> {
  return await isPrepared(sql, view) ? undefined : await makeTable(sql, view);
}

async function isPrepared(sql: Sql, view: View): Promise<boolean> {
  try {
    const [found] = await answered(() =>
      sql<{ isPrepared: boolean }[]>`
        select version = ${view.version} and not (${sql.unsafe(lacksTable(view))})
          and to_jsonb(projection_checkpoint) ? 'mark'
          and to_regclass('projection_letter') is not null
          and not (${sql.unsafe(lacksIndex(view))}) as "isPrepared"
        from projection_checkpoint where name = ${view.name}`
    );
    return found?.isPrepared === true;
  } catch (error) {
    if (isMissingTable(error)) return false;
    throw error;
  }
}

async function makeTable(sql: Sql, view: View): Promise<string | undefined> {
  // One message with several statements is a transaction: see `writeChanges` for why not `sql.begin`.
  const results = await answered(() =>
    sql.unsafe<{ reason: string }[][]>(`
      do $prepare$
      declare
        stored_version integer;
        reset_reason text := '';
      begin
        -- "if not exists" would tell us every time that it does.
        perform set_config('client_min_messages', 'warning', true);
        perform pg_advisory_xact_lock(${preparationLock});
        ${checkpointTable};
        ${letterTable};
        -- Earlier releases made it without; and adding takes its lock before it looks.
        if not exists (
          select from pg_attribute
          where attrelid = 'projection_checkpoint'::regclass and attname = 'mark'
        ) then
          alter table projection_checkpoint add column mark text;
        end if;
        select version into stored_version from projection_checkpoint where name = ${
      literal(view.name)
    };
        if stored_version is null then
          reset_reason := 'the read model is new';
        elsif stored_version <> ${view.version} then
          reset_reason := format('the view has version %s and the table %s', ${view.version}, stored_version);
        elsif ${lacksTable(view)} then
          reset_reason := 'the table is missing';
        end if;
        if reset_reason <> '' then
          -- The table first, then the checkpoint: the order in which every statement locks them.
          ${dropTables(view)}
          ${resetCheckpoint(view)}
          ${createTables(view)}
        end if;
        ${createIndexes(view)}
        perform set_config('headwater.reset_reason', reset_reason, true);
      end $prepare$;
      select current_setting('headwater.reset_reason') as reason`)
  );
  return results.at(-1)?.[0]?.reason || undefined;
}

/**
 * Empties a read model; the workers that run it fill it again from the log's first event.
 * Fails when the table belongs to another version of the view.
 */
export async function requestRebuild(sql: Sql, view: View): Promise<void> {
  await answered(() =>
    sql.unsafe(`
      do $rebuild$
      declare
        stored_version integer;
      begin
        ${emptyTables(view)}
        select version into stored_version from projection_checkpoint where name = ${
      literal(view.name)
    };
        if stored_version is distinct from ${view.version} then
          raise exception 'the table belongs to version % of the view, not ${view.version}', stored_version
            using hint = 'The service makes it anew when it starts';
        end if;
        ${resetCheckpoint(view)}
      end $rebuild$`), { patienceMs: resetPatienceMs });
}

function resetCheckpoint(view: View): string {
  return `
    insert into projection_checkpoint as stored (name, version)
    values (${literal(view.name)}, ${view.version})
    on conflict (name) do update
    set version = excluded.version, epoch = stored.epoch + 1, position = null, filling = true,
        state = 'rebuilding', cause = null, since = now(), caught_up = false, behind_since = null,
        replayed = null, target = null, events_per_second = null, updated_at = now();
    delete from projection_letter where name = ${literal(view.name)};
    perform pg_notify(
      ${literal(resetChannel)}, json_build_object('name', name, 'epoch', epoch)::text
    ) from projection_checkpoint where name = ${literal(view.name)};`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
