import type { View } from "@headwater/core";
import type { Sql } from "postgres";
import { answerOf } from "./answer_of.ts";
import { createGeneration, generationChannel, generationLock } from "./establish_view.ts";
import { droppedByOperators, type Generation, isCandidate } from "./generation.ts";
import { dropTables, leadTo, lockTables, takeNames } from "./generation_tables.ts";
import { literal } from "./table_definition.ts";

/** Readers wait no longer than that behind a switch that waits for a reader, and writers behind one that waits for a writer. */
const lockMs = 50;
/** For so long a switch keeps the live generation where it is, until the other one is there. */
const alignMs = 50;

/** A read model. */
export type Named = Pick<View, "name">;

/** Which generation takes the live one's place: the one that is ready, or the one that was retired last. */
export type SwitchTo = "ready" | "retired";

export type SwitchOutcome =
  | { readonly type: "switched"; readonly generation: number; readonly former: number | null }
  /** There is none. */
  | { readonly type: "missing" }
  /** It has not reached what the live one has: somebody who reads would go back. */
  | { readonly type: "behind"; readonly generation: number; readonly position: number | null }
  /** It was filled from another log than there is now: nobody could read it. */
  | { readonly type: "of-other-log"; readonly generation: number }
  /** Another one is read than was thought. */
  | { readonly type: "changed"; readonly generation: number | null }
  /** Somebody reads or writes for long: try again. */
  | { readonly type: "locked" };

/**
 * Makes a read model's name lead to another of its generations, in one transaction: whoever reads sees one or the other,
 * and never less than before. What was live follows the log as `retired`; what was retired before that goes.
 * `from`: what must be read by now, lest two do the same one after the other. `by`: whose worker does it, by itself.
 */
export async function switchGeneration(
  sql: Sql,
  { view, to, from, by }: {
    readonly view: Named;
    readonly to: SwitchTo;
    readonly from?: number | null;
    readonly by?: Pick<Generation, "generation" | "epoch">;
  },
): Promise<SwitchOutcome> {
  const name = literal(view.name);
  const isAllowed = by
    ? `generation = ${by.generation} and epoch = ${by.epoch} and switches`
    : "true";
  const isChanged = from === undefined ? "false" : `former.generation is distinct from ${from}`;
  return await answerOf<SwitchOutcome>(
    sql,
    `
    declare
      former record;
      chosen record;
      named record;
    begin
      perform set_config('lock_timeout', '${lockMs}', true);
      perform pg_advisory_xact_lock(${generationLock});
      -- It stays where it is from now on
      select * into former from projection_generation
      where name = ${name} and status = 'live' for update;
      for attempt in 1..${alignMs / 5} loop
        select * into chosen from projection_generation
        where name = ${name} and status = '${to}' and ${isAllowed} order by retired_at desc limit 1;
        -- Positions of another log tell nothing
        exit when ${isChanged} or chosen.generation is null or former.generation is null
          or 'other-log' in (chosen.state, former.state)
          or coalesce(chosen.position, -1) >= coalesce(former.position, -1);
        perform pg_sleep(0.005);
      end loop;
      if ${isChanged} then
        answer := json_build_object('type', 'changed', 'generation', former.generation);
      elsif chosen.generation is null then
        answer := json_build_object('type', 'missing');
      elsif chosen.state = 'other-log' then
        answer := json_build_object('type', 'of-other-log', 'generation', chosen.generation);
      elsif former.generation is not null and former.state <> 'other-log'
        and coalesce(chosen.position, -1) < coalesce(former.position, -1) then
        answer := json_build_object('type', 'behind', 'generation', chosen.generation,
          'position', chosen.position);
      else
        if former.generation is not null then
          ${takeNames({ of: "former", unless: "chosen" })}
        end if;
        ${leadTo("chosen")}
        -- Only one can be gone back to
        update projection_generation set retired_at = '-infinity'
        where name = ${name} and status = 'retired';
        update projection_generation set status = 'retired', retired_at = clock_timestamp()
        where name = ${name} and status = 'live';
        update projection_generation set status = 'live', retired_at = null, switches = false
        where name = ${name} and generation = chosen.generation;
        perform pg_notify(${literal(generationChannel)}, ${name});
        answer := json_build_object('type', 'switched', 'generation', chosen.generation,
          'former', former.generation);
      end if;
    end;`,
    { locked: { type: "locked" } },
  ) ?? { type: "missing" };
}

/** What came of beginning a generation. */
export type BeginOutcome =
  | { readonly type: "begun"; readonly generation: number }
  /** One is being built already, or waits to be switched to. */
  | { readonly type: "busy"; readonly generation: number; readonly status: string }
  /** The read model was never made. */
  | { readonly type: "missing" }
  | { readonly type: "locked" };

/** Begins a new generation of a view, which whoever runs this release builds. */
export async function beginGeneration(
  sql: Sql,
  { view, switches }: { readonly view: View; readonly switches: boolean },
): Promise<BeginOutcome> {
  return await answerOf<BeginOutcome>(
    sql,
    `
    declare
      candidate record;
    begin
      perform pg_advisory_xact_lock(${generationLock});
      select * into candidate from projection_generation
      where name = ${literal(view.name)} and ${isCandidate};
      if candidate.generation is not null then
        answer := json_build_object('type', 'busy', 'generation', candidate.generation,
          'status', candidate.status);
      else
        ${createGeneration(view, { switches })}
        answer := (
          select json_build_object('type', 'begun', 'generation', max(generation))
          from projection_generation where name = ${literal(view.name)}
        );
      end if;
    end;`,
    { locked: { type: "locked" } },
  ) ?? { type: "missing" };
}

export type DropOutcome =
  | { readonly type: "dropped"; readonly generations: readonly number[] }
  | { readonly type: "locked" };

/** What may be dropped: the one that is built beside the live one, or those that were retired, all or for so long. */
export type Droppable = "candidate" | "retired" | { readonly retiredForMs: number };

/** Drops generations with their tables; what is read stays, also where it is the first and being built. */
export async function dropGenerations(
  sql: Sql,
  { view, which }: { readonly view: Named; readonly which: Droppable },
): Promise<DropOutcome> {
  const isDropped = which === "candidate"
    ? `${isCandidate} and exists (
        select from projection_generation where name = ${literal(view.name)} and status = 'live'
      )`
    : which === "retired"
    ? "status = 'retired'"
    : `status = 'retired' and retired_at < clock_timestamp() - ${which.retiredForMs} * interval '1 ms'`;
  return await answerOf<DropOutcome>(
    sql,
    `
    declare
      candidate record;
      named record;
      numbers integer[] := '{}';
    begin
      perform set_config('lock_timeout', '${lockMs}', true);
      perform pg_advisory_xact_lock(${generationLock});
      for candidate in
        select * from projection_generation
        where name = ${literal(view.name)} and ${isDropped}
      loop
        ${lockTables("candidate")}
        ${dropTables("candidate")}
        update projection_generation
        set status = 'dropped', epoch = epoch + 1, owner = null, updated_at = now(),
          cause = ${literal(droppedByOperators)}
        where name = candidate.name and generation = candidate.generation;
        numbers := numbers || candidate.generation;
      end loop;
      if cardinality(numbers) > 0 then
        perform pg_notify(${literal(generationChannel)}, ${literal(view.name)});
      end if;
      answer := json_build_object('type', 'dropped', 'generations', numbers);
    end;`,
    { locked: { type: "locked" } },
  ) ?? { type: "dropped", generations: [] };
}
