import type { View } from "@headwater/core";
import type { Sql } from "postgres";
import { adoptEarlierTables } from "./adopt_earlier_tables.ts";
import { answered } from "./answered.ts";
import {
  droppedByOperators,
  type Generation,
  generationsOf,
  generationTable,
  isCandidate,
} from "./generation.ts";
import { letterTable } from "./letter_table.ts";
import { processTable } from "./roll_call.ts";
import { dropTables, lacksName, lacksTable, leadTo, lockTables } from "./generation_tables.ts";
import { createIndexes, createTables, literal, quoted, tablesOf } from "./table_definition.ts";

/** Any number that nobody else takes for an advisory lock in a service's database: who makes or switches generations has it. */
export const generationLock = 4732905118;

/** Heard by every process when generations came, went, or changed places; the payload is the read model's name. */
export const generationChannel = "projection_generation";

/** What a release finds of a view: its generations, or why it must not run it. */
export type Established =
  | { readonly generations: readonly Generation[] }
  | { readonly refusal: string };

/**
 * Sees to it that a view has a generation of this release, unless a newer one has already its own: the first is read as
 * soon as it is filled, others are built beside the one that is read and take its place once they are ready.
 *
 * Safe when several processes do it at once; where there is nothing to do it only looks, and neither waits for anybody
 * nor holds anybody up.
 */
export async function establishView(sql: Sql, view: View): Promise<Established> {
  const before = await findGenerations(sql, view);
  if (before && before.isWhole) return outcomeOf(view, before.generations);
  await answered(() => sql.unsafe(establishment(view)));
  return outcomeOf(view, await generationsOf(sql, view.name));
}

function outcomeOf(view: View, generations: readonly Generation[]): Established {
  const other = generations.find(({ version, fingerprint }) =>
    version === view.version && fingerprint !== view.fingerprint
  );
  if (!other) return { generations };
  const changes = differences(other.definition, view.definition).join("; ");
  return {
    refusal:
      `Cannot run view "${view.name}": its definition has changed, and is still of version ${view.version}: ${changes}. Raise its version`,
  };
}

type Found = { readonly generations: readonly Generation[]; readonly isWhole: boolean };

/** Undefined where nothing was ever made. `isWhole`: there is nothing to do. */
async function findGenerations(sql: Sql, view: View): Promise<Found | undefined> {
  const generations = await generationsOf(sql, view.name);
  if (generations.length === 0) return undefined;
  const [tables] = await answered(() =>
    sql<{ areThere: boolean }[]>`
      select not exists (
        select from projection_generation as found
        where name = ${view.name} and status <> 'dropped' and ${sql.unsafe(lacksTable("found"))}
      ) and not ${sql.unsafe(lacksName(view))} and ${sql.unsafe(isMade(view))}
        and to_regclass('projection_process') is not null
        and to_regclass('projection_letter') is not null as "areThere"`
  );
  const isRead = generations.some(({ status }) => status === "live") ||
    generations.every(({ status }) => status !== "retired");
  return { generations, isWhole: isRead && tables?.areThere === true };
}

/** A transaction; see `writeChanges` for why not `sql.begin`. */
function establishment(view: View): string {
  const name = literal(view.name);
  return `
    do $establish$
    declare
      each_generation record;
      named record;
    begin
      -- "if not exists" would tell us every time that it does.
      perform set_config('client_min_messages', 'warning', true);
      perform pg_advisory_xact_lock(${generationLock});
      ${generationTable};
      ${processTable};
      ${letterTable};
      ${adoptEarlierTables(view)}
      -- Dropped by hand, or lost
      ${
    dropWhere(view, {
      condition: `status <> 'dropped' and ${lacksTable("generation")}`,
      cause: "a table is not there any more",
    })
  }
      -- What was read before that is whole, and follows the log
      if not exists (
        select from projection_generation where name = ${name} and status = 'live'
      ) then
        for each_generation in
          update projection_generation set status = 'live', retired_at = null
          where name = ${name} and generation = (
            select generation from projection_generation
            where name = ${name} and status = 'retired' and version >= ${view.version}
            order by retired_at desc limit 1
          ) returning *
        loop
          ${leadTo("each_generation")}
        end loop;
      end if;
      if not ${isMade(view)} then
        -- What an older release builds is not wanted any more
        ${
    dropWhere(view, {
      condition: isCandidate,
      cause: "a newer version is built",
    })
  }
        ${createGeneration(view, { switches: true })}
      end if;
      -- Names lead to what is read, or will be; they may lead to what was forgotten by hand
      if ${lacksName(view)} or not exists (
        select from projection_generation where name = ${name} and status = 'live'
      ) then
        select * into each_generation from projection_generation
        where name = ${name} and status <> 'dropped'
        order by status = 'live' desc, generation desc limit 1;
        ${leadTo("each_generation")}
      end if;
    end $establish$`;
}

/** An expression: a generation of this release is there, or of a newer one, or operators do not want it beside the one that is read. */
function isMade(view: View): string {
  const name = literal(view.name);
  return `(
        exists (
          select from projection_generation
          where name = ${name} and status <> 'dropped' and version >= ${view.version}
        ) or exists (
          select from projection_generation where name = ${name} and status = 'live'
        ) and (
          select coalesce(cause = ${literal(droppedByOperators)}, false) from projection_generation
          where name = ${name} and version >= ${view.version} order by generation desc limit 1
        ) is true
      )`;
}

/** Statements of PL/pgSQL that drop generations, of which none is dropped that is not so any more once its tables are locked. */
function dropWhere(
  view: View,
  { condition, cause }: { readonly condition: string; readonly cause: string },
): string {
  return `
        for each_generation in
          select * from projection_generation as generation
          where name = ${literal(view.name)} and ${condition}
        loop
          ${lockTables("each_generation")}
          update projection_generation as generation
          set status = 'dropped', epoch = epoch + 1, cause = ${literal(cause)}
          where name = each_generation.name and generation = each_generation.generation
            and ${condition};
          if found then
            ${dropTables("each_generation")}
          end if;
        end loop;`;
}

/** Statements of PL/pgSQL: a generation of this view, with its table, which is empty. */
export function createGeneration(
  view: View,
  { switches }: { readonly switches: boolean },
): string {
  const name = literal(view.name);
  // Its number is known in PostgreSQL alone
  const placeholder = " of a generation";
  const dropped = tablesOf(view, placeholder).map(({ physicalName }) =>
    `drop table if exists ${quoted(physicalName)} cascade;`
  );
  // Left behind where its checkpoint was deleted by hand
  const ddl = `${dropped.join("\n")}\n${createTables(view, placeholder)}\n${
    createIndexes(view, placeholder)
  }`;
  return `
        declare
          made integer;
        begin
          select coalesce(max(generation), 0) + 1 into made
          from projection_generation where name = ${name};
          insert into projection_generation (
            name, generation, version, fingerprint, definition, status, switches
          ) values (
            ${name}, made, ${view.version}, ${literal(view.fingerprint)},
            ${literal(JSON.stringify(view.definition))}::jsonb, 'building', ${switches}
          );
          delete from projection_letter where name = ${name} and generation = made;
          execute replace(${literal(ddl)}, ${literal(placeholder)}, '__' || made);
          perform pg_notify(${literal(generationChannel)}, ${name});
        end;`;
}

/** What distinguishes two definitions, for people. */
export function differences(before: View["definition"], after: View["definition"]): string[] {
  const tables = [...before.tables, ...after.tables].map(({ table }) => table);
  return [
    ...[...new Set(tables)].flatMap((table) => {
      const [was, is] = [before, after].map(({ tables }) =>
        tables.find((each) => each.table === table)
      );
      if (!was) return [`table "${table}" is new`];
      if (!is) return [`table "${table}" is gone`];
      return [
        ...changesOf(`column`, was.columns, is.columns),
        ...(["key", "indexes", "search"] as const)
          .filter((part) => JSON.stringify(was[part]) !== JSON.stringify(is[part]))
          .map((part) =>
            `${part} of "${table}" was ${JSON.stringify(was[part])}, is ${JSON.stringify(is[part])}`
          ),
      ];
    }),
    ...changesOf("event", versionsOf(before), versionsOf(after)),
  ];
}

function versionsOf({ reads = {} }: Partial<View["definition"]>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(reads).flatMap(([category, versions]) =>
      Object.entries(versions).map(([type, version]) => [`${category}.${type}`, `v${version}`])
    ),
  );
}

function changesOf(
  what: string,
  before: Readonly<Record<string, string>> = {},
  after: Readonly<Record<string, string>>,
): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
  return names.filter((name) => before[name] !== after[name]).map((name) => {
    if (before[name] === undefined) return `${what} "${name}" (${after[name]}) is new`;
    if (after[name] === undefined) return `${what} "${name}" (${before[name]}) is gone`;
    return `${what} "${name}" was ${before[name]}, is ${after[name]}`;
  });
}
