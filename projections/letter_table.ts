import { machine, type Recorded } from "@headwater/core";
import type { Fragment } from "postgres";
import { answered } from "./answered.ts";
import type { Queryable } from "./generation.ts";
import { ifThere } from "./if_there.ts";
import {
  type Lane,
  laneName,
  type Letter,
  type LetterClass,
  type LettersOf,
  type Trouble,
} from "./letter.ts";

export const letterTable = `
  create table if not exists projection_letter (
    id bigint generated always as identity,
    name text not null,
    generation integer not null,
    by_stream boolean not null,
    key text not null,
    position bigint not null,
    stream text not null,
    revision bigint not null,
    type text not null,
    recorded_at timestamptz not null,
    event text not null,
    class text not null,
    cause text not null,
    attempts integer not null,
    -- What it was last tried with: another release tries it once
    tried_with text not null,
    parked_at timestamptz not null default now(),
    -- What operators want done with it: retry, drop, drop-first
    due text,
    reason text,
    dropped_at timestamptz,
    primary key (name, generation, by_stream, key, position)
  );
  create index if not exists projection_letter_due
    on projection_letter (name, generation, position) where due is not null`;

/** What is parked: lanes, and whether any of it is to be tried. */
export type ParkedLanes = { readonly lanes: readonly Lane[]; readonly areDue: boolean };

/** `release` is what its code is known by. Makes the table where somebody has dropped it. */
export async function loadParked(
  sql: Queryable,
  { name, generation, release }: LettersOf & { readonly release: string },
): Promise<ParkedLanes> {
  const first = (after: Fragment) =>
    sql`select by_stream, key, tried_with from projection_letter
      where name = ${name} and generation = ${generation} and dropped_at is null ${after}
      order by by_stream, key, position limit 1`;
  // From key to key, however many letters each has
  const load = () =>
    sql<(Lane & { isDue: boolean })[]>`
      with recursive head as (
        (${first(sql``)})
        union all
        select later.by_stream, later.key, later.tried_with from head, lateral (
          ${first(sql`and (by_stream, key) > (head.by_stream, head.key)`)}
        ) as later
      )
      select by_stream as "byStream", key,
        tried_with <> ${release} or ${areDue(sql, { name, generation })} as "isDue"
      from head`;
  const found = await answered(load).catch(async (error) => {
    if (!machine.isMissingTable(error)) throw error;
    await answered(() => sql.unsafe(letterTable));
    return await answered(load);
  });
  return { lanes: found, areDue: found.some(({ isDue }) => isDue) };
}

/** How many keys are parked of each generation that has any. */
export async function countParked(
  sql: Queryable,
): Promise<readonly (LettersOf & { readonly keys: number })[]> {
  return await ifThere(() =>
    sql<(LettersOf & { keys: number })[]>`
      select name, generation, count(distinct (by_stream, key))::integer as keys
      from projection_letter where dropped_at is null group by name, generation`
  );
}

/** Somebody wants letters to be tried. */
export function areDue(sql: Queryable, { name, generation }: LettersOf): Fragment {
  return sql`exists (
    select from projection_letter
    where name = ${name} and generation = ${generation} and due is not null
  )`;
}

export async function haveBecomeDue(sql: Queryable, of: LettersOf): Promise<boolean> {
  const [found] = await ifThere(() =>
    sql<{ areDue: boolean }[]>`select ${areDue(sql, of)} as "areDue"`
  );
  return found?.areDue === true;
}

/** Inserts letters where `condition` holds. */
export function insertLetters(
  sql: Queryable,
  { of, letters, release, due = null, condition }: {
    readonly of: LettersOf;
    readonly letters: readonly Letter[];
    readonly release: string;
    readonly due?: "retry" | null;
    readonly condition: Fragment;
  },
): Fragment {
  const rows = letters.map(({ byStream, key, class: kind, cause, recorded }) => {
    const { position, stream, revision, type, recordedAt } = recorded;
    return {
      ...{ byStream, key, position, stream: keepable(laneName(stream)), revision },
      ...{ type: keepable(type), recordedAt, class: kind, cause: keepable(cause) },
      event: JSON.stringify(recorded),
      attempts: kind === "behind" ? 0 : 1,
    };
  });
  return sql`
    insert into projection_letter (
      name, generation, by_stream, key, position, stream, revision, type, recorded_at, event, class, cause,
      attempts, tried_with, due
    )
    select ${of.name}, ${of.generation}, "byStream", key, position, stream, revision, type,
      "recordedAt", event, class, cause, attempts, ${release}, ${due}
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as letter (
      "byStream" boolean, key text, position bigint, stream text, revision bigint, type text,
      "recordedAt" timestamptz, event text, class text, cause text, attempts integer
    )
    where ${condition}
    on conflict do nothing`;
}

/** A letter as it is tried again. */
export type LoadedLetter = {
  readonly class: LetterClass;
  readonly recorded: Recorded;
  /** A letter of its stream, whose key is not known, is before it. */
  readonly isBlocked: boolean;
};

/** The oldest letters of a lane. */
export async function loadLetters(
  sql: Queryable,
  { of, lane, most }: { readonly of: LettersOf; readonly lane: Lane; readonly most: number },
): Promise<readonly LoadedLetter[]> {
  const found = await answered(() =>
    sql<(Omit<LoadedLetter, "recorded"> & { event: string })[]>`
      select class, event, not by_stream and exists (
          select from projection_letter as earlier
          where earlier.name = letter.name and earlier.generation = letter.generation
            and earlier.by_stream and earlier.key = letter.stream
            and earlier.position < letter.position and earlier.dropped_at is null
        ) as "isBlocked"
      from projection_letter as letter
      where ${inLane(sql, of, lane)}
      order by position limit ${most}`
  );
  return found.map(({ event, ...rest }) => ({ ...rest, recorded: JSON.parse(event) }));
}

export function inLane(sql: Queryable, of: LettersOf, { byStream, key }: Lane): Fragment {
  return sql`
    name = ${of.name} and generation = ${of.generation} and by_stream = ${byStream}
    and key = ${key} and dropped_at is null`;
}

/** What became of the letters of a lane that were tried. */
export type TriedLetters = {
  readonly lane: Lane;
  /** Those up to this position are done with. */
  readonly doneTo: number | undefined;
  /** At the first that is not; undefined: those after it are tried next. */
  readonly trouble: (Trouble & { readonly isTried: boolean }) | undefined;
};

/**
 * Statements in a `with`: takes letters out of a lane that were applied, and tells of those that were not. Letters of
 * keys that stood behind one of a stream are tried next.
 */
export function settleLetters(
  sql: Queryable,
  { of, tried, release, condition }: {
    readonly of: LettersOf;
    readonly tried: TriedLetters;
    readonly release: string;
    readonly condition: Fragment;
  },
): Fragment {
  const { lane, doneTo = -1, trouble } = tried;
  const next = trouble
    ? sql`due = null, reason = null, tried_with = ${release},
        class = case when position = first then ${trouble.class} else class end,
        cause = case when position = first then ${keepable(trouble.cause)} else cause end,
        attempts = attempts + case when position = first then ${trouble.isTried ? 1 : 0} else 0 end`
    : sql`due = 'retry', reason = null`;
  return sql`
    done as (
      delete from projection_letter
      where ${inLane(sql, of, lane)} and position <= ${doneTo} and ${condition}
    ), told as (
      update projection_letter set ${next}
      from (
        select min(position) as first from projection_letter
        where ${inLane(sql, of, lane)} and position > ${doneTo}
      ) as rest
      where ${inLane(sql, of, lane)} and position > ${doneTo} and ${condition}
    ), freed as (${
    lane.byStream ? tryBehindStream(sql, { of, stream: lane.key, condition }) : sql`select 1`
  })`;
}

/**
 * What is selected from `moved` where somebody is told that it is done: other than a checkpoint that moves on, which is
 * moved again after a crash, it must be on the disk by then.
 */
export function onDisk(sql: Queryable): Fragment {
  return sql`set_config('synchronous_commit', 'on', true)`;
}

/** Letters of keys that stand behind those of a stream are tried next. */
export function tryBehindStream(
  sql: Queryable,
  { of, stream, condition }: {
    readonly of: LettersOf;
    readonly stream: string;
    readonly condition: Fragment;
  },
): Fragment {
  return sql`
    update projection_letter set due = 'retry'
    where name = ${of.name} and generation = ${of.generation} and not by_stream
      and stream = ${stream} and dropped_at is null and ${condition}`;
}

/** Messages of errors are of any kind; PostgreSQL takes no U+0000. */
function keepable(text: string): string {
  return text.toWellFormed().replaceAll("\0", "\ufffd");
}
