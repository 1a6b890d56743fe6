import { despiteDeadlocks } from "./despite_deadlocks.ts";
import { answered } from "./answered.ts";
import type { Queryable } from "./generation.ts";
import { ifThere } from "./if_there.ts";
import type { Lane, LetterClass } from "./letter.ts";
import { inLane } from "./letter_table.ts";

/** A letter as operators see it; times are ISO 8601. */
export type StoredLetter = Lane & {
  /** Unique over all services. */
  readonly id: string;
  readonly name: string;
  readonly generation: number;
  readonly class: LetterClass;
  readonly cause: string;
  readonly attempts: number;
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly position: number;
  readonly recordedAt: string;
  readonly parkedAt: string;
  /** What operators want done with it, as long as it is not. */
  readonly due: "retry" | "drop" | null;
  readonly reason: string | null;
  readonly droppedAt: string | null;
};

/** Which letters. */
export type LetterChoice = {
  /** Of these views. */
  readonly names: readonly string[];
  /** Null: of every key. */
  readonly key: string | null;
};

/** A lane with how many letters of it are asked for. */
export type StoredLane = Lane & {
  readonly name: string;
  readonly generation: number;
  readonly letters: number;
};

/** The letters of some views, at most so many, in the order in which they are tried. */
export async function storedLetters(
  sql: Queryable,
  { names, key, areDropped, most }: LetterChoice & {
    readonly areDropped: boolean;
    readonly most: number;
  },
): Promise<readonly StoredLetter[]> {
  if (names.length === 0) return [];
  return await ifThere(() =>
    sql<StoredLetter[]>`
      select ${letterColumns(sql)} from projection_letter
      where name in ${sql(names)} and (${key}::text is null or key = ${key})
        and (dropped_at is not null) = ${areDropped}
      order by name, generation, by_stream, key, position
      limit ${most}`
  );
}

/** One letter with its event, and how many are behind it; undefined: there is none. */
export async function storedLetter(
  sql: Queryable,
  { name, id }: { readonly name: string; readonly id: number },
): Promise<StoredLetter & { readonly event: string; readonly behind: number } | undefined> {
  const [found] = await ifThere(() =>
    sql<(StoredLetter & { event: string; behind: number })[]>`
      select ${letterColumns(sql)}, event, (
          select count(*)::integer from projection_letter as later
          where later.name = letter.name and later.generation = letter.generation
            and later.by_stream = letter.by_stream and later.key = letter.key
            and later.position > letter.position and later.dropped_at is null
        ) as behind
      from projection_letter as letter where name = ${name} and id = ${id}`
  );
  return found;
}

/** Has letters tried; gives the lanes that they are in, and how many they are. */
export async function askToRetry(
  sql: Queryable,
  { names, key }: LetterChoice,
): Promise<readonly StoredLane[]> {
  if (names.length === 0) return [];
  return await ifThere(() =>
    despiteDeadlocks(() =>
      sql<StoredLane[]>`
      with asked as (
        update projection_letter as letter set due = 'retry', reason = null
        where name in ${sql(names)} and (${key}::text is null or key = ${key})
          and dropped_at is null and due is distinct from 'drop' and ${isOfUse(sql)}
        returning name, generation, by_stream, key
      )
      ${asLanes(sql)}`
    )
  );
}

/** Has letters of a key given up: all, or only the first, and those behind it tried. */
export async function askToDrop(
  sql: Queryable,
  { name, key, reason, isFirstOnly }: {
    readonly name: string;
    readonly key: string;
    readonly reason: string;
    readonly isFirstOnly: boolean;
  },
): Promise<readonly StoredLane[]> {
  return await ifThere(() =>
    despiteDeadlocks(() =>
      sql<StoredLane[]>`
      with asked as (
        update projection_letter as letter
        set due = case when ${isFirstOnly} and exists (
            select from projection_letter as earlier
            where earlier.name = letter.name and earlier.generation = letter.generation
              and earlier.by_stream = letter.by_stream and earlier.key = letter.key
              and earlier.position < letter.position and earlier.dropped_at is null
          ) then 'retry' else 'drop' end,
          reason = ${reason}
        where name = ${name} and key = ${key} and dropped_at is null and ${isOfUse(sql)}
        returning name, generation, by_stream, key
      )
      ${asLanes(sql)}`
    )
  );
}

/** How many letters of a lane are left, and what holds up the first. */
export async function laneNow(
  sql: Queryable,
  { name, generation, byStream, key }: StoredLane,
): Promise<{ readonly left: number; readonly cause: string | null }> {
  const [found] = await answered(() =>
    sql<{ left: number; cause: string | null }[]>`
      select count(*)::integer as left, (array_agg(cause order by position))[1] as cause
      from projection_letter where ${inLane(sql, { name, generation }, { byStream, key })}`
  );
  return found!;
}

/** How many letters are still to be tried or given up. */
export async function countDue(sql: Queryable, names: readonly string[]): Promise<number> {
  const [found] = await answered(() =>
    sql<{ count: number }[]>`
      select count(*)::integer as count from projection_letter as letter
      where name in ${sql(names)} and due is not null and ${isOfUse(sql)}`
  );
  return found!.count;
}

/** Of a generation that was replaced nobody need know better: it goes. */
function isOfUse(sql: Queryable) {
  return sql`exists (
    select from projection_generation as one
    where one.name = letter.name and one.generation = letter.generation
      and one.status not in ('retired', 'dropped')
  )`;
}

function asLanes(sql: Queryable) {
  return sql`
    select name, generation, by_stream as "byStream", key, count(*)::integer as letters
    from asked group by name, generation, by_stream, key order by 1, 2, 3, 4`;
}

function letterColumns(sql: Queryable) {
  const iso = (column: string) =>
    sql.unsafe(`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`);
  return sql`
    name || ':' || id as id, name, generation, by_stream as "byStream", key, class, cause, attempts,
    stream, revision::float8 as revision, type, position::float8 as position,
    ${iso("recorded_at")} as "recordedAt", ${iso("parked_at")} as "parkedAt", due, reason,
    ${iso("dropped_at")} as "droppedAt"`;
}
