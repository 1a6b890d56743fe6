import type { Log, Recorded, View } from "@headwater/core";
import type { Sql } from "postgres";
import { answered } from "./answered.ts";
import { type CheckpointMove, moveCheckpoint } from "./lease.ts";
import { failureOf } from "./failure.ts";
import { eventTaker, isBehind, troubleOf } from "./fold_events.ts";
import { keyLane, type Lane, laneText, type Letter, type LettersOf, streamLane } from "./letter.ts";
import {
  inLane,
  type LoadedLetter,
  loadLetters,
  onDisk,
  type TriedLetters,
  tryBehindStream,
} from "./letter_table.ts";
import type { ParkedKeys } from "./parked_keys.ts";
import { RowChanges } from "./row_changes.ts";
import type { ViewTable } from "./view_table.ts";
import { writeChanges } from "./write_changes.ts";

/** So many letters of a key are applied in one statement. */
const atATime = 1_000;

/** What letters are tried with. */
export type LetterTrial = {
  readonly sql: Sql;
  readonly view: View;
  readonly table: ViewTable;
  readonly of: LettersOf;
  readonly release: string;
  readonly parked: ParkedKeys;
  /** The checkpoint stays where it is, and must be there. */
  readonly move: Omit<CheckpointMove, "patienceMs">;
  readonly logger: Log;
};

type Due = Lane & { readonly due: "retry" | "drop"; readonly reason: string | null };

/** How far the letters of a lane can be applied. */
type Attempt = {
  readonly lane: Lane;
  readonly changes: RowChanges;
  /** So many of them, from the oldest on. */
  readonly done: readonly LoadedLetter[];
  /** Where events belong whose key could not be told. */
  readonly added: readonly Letter[];
  readonly trouble: TriedLetters["trouble"];
};

/**
 * Does what is due for the letters of one key, oldest first: applies them to its row as far as that goes, or gives them
 * up, in one statement that finds the checkpoint where it was left. So it is done once, whoever asks, and how often.
 * `"moved"`: it was not there, and nothing was done. False: nothing is due any more.
 */
export async function tryLetters(trial: LetterTrial): Promise<"moved" | boolean> {
  const due = await firstDue(trial) ??
    (await markUntried(trial) ? await firstDue(trial) : undefined);
  if (!due) return false;
  if (due.due === "drop") return await drop(trial, due);
  const letters = await loadLetters(trial.sql, { of: trial.of, lane: due, most: atATime });
  const isDone = await settle(trial, await attempt(trial, { lane: due, letters }));
  return isDone || "moved";
}

async function firstDue({ sql, of }: LetterTrial): Promise<Due | undefined> {
  const [due] = await answered(() =>
    sql<Due[]>`
      select by_stream as "byStream", key, due, reason from projection_letter
      where name = ${of.name} and generation = ${of.generation} and due is not null
      order by position limit 1`
  );
  return due;
}

/** Those that were last tried with another release are tried; true: there are some. */
async function markUntried({ sql, of, release }: LetterTrial): Promise<boolean> {
  const { count } = await answered(() =>
    sql`
      update projection_letter set due = 'retry'
      where name = ${of.name} and generation = ${of.generation} and dropped_at is null
        and due is null and tried_with <> ${release}`
  );
  return count > 0;
}

async function attempt(
  { sql, view, table }: LetterTrial,
  { lane, letters }: { readonly lane: Lane; readonly letters: readonly LoadedLetter[] },
): Promise<Attempt> {
  const take = eventTaker(view);
  const changes = new RowChanges({ remembers: view.sums !== undefined });
  const rowKey = rowKeyOf(lane, { letters, take });
  if (rowKey !== undefined) changes.hold([rowKey], await table.read(sql, [rowKey]));
  const done: LoadedLetter[] = [];
  const added: Letter[] = [];
  const soFar = { lane, changes, done, added };
  for (const letter of letters) {
    const { recorded, isBlocked } = letter;
    if (isBlocked) {
      const cause = isBehind(streamLane(recorded.stream));
      return { ...soFar, trouble: { class: "behind", cause, isTried: false } };
    }
    const { event, keys, unreadable } = take(recorded);
    if (unreadable) return { ...soFar, trouble: { ...unreadable.trouble, isTried: true } };
    if (letter.class === "unreadable") added.push(...elsewhere(recorded, { lane, keys }));
    try {
      if (event && rowKey !== undefined && keys.includes(rowKey)) {
        changes.set(rowKey, view.evolve(changes.get(rowKey), event, rowKey));
      }
    } catch (error) {
      return { ...soFar, trouble: { ...troubleOf("threw", error), isTried: true } };
    }
    done.push(letter);
  }
  return { ...soFar, trouble: undefined };
}

/** The row's own key, where the lane's name is not it. Undefined: the lane is of a stream, or of no key of its events. */
function rowKeyOf(
  lane: Lane,
  { letters, take }: {
    readonly letters: readonly LoadedLetter[];
    readonly take: ReturnType<typeof eventTaker>;
  },
): string | undefined {
  if (lane.byStream) return undefined;
  for (const { recorded } of letters) {
    const found = take(recorded).keys.find((key) => keyLane(key).key === lane.key);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Letters of other keys, of an event that can be read by now. */
function elsewhere(
  recorded: Recorded,
  { lane, keys }: { readonly lane: Lane; readonly keys: readonly string[] },
): Letter[] {
  return keys.map(keyLane).filter((other) => laneText(other) !== laneText(lane)).map((other) => ({
    ...other,
    class: "behind",
    cause: isBehind(lane),
    recorded,
  }));
}

/** Writes what became of them; where the row is refused, of fewer, down to the one that is at fault. False: moved. */
async function settle(trial: LetterTrial, attempted: Attempt): Promise<boolean> {
  const { sql, table, of, release, parked, move } = trial;
  const { lane, changes, done, added, trouble } = attempted;
  const tried = { lane, doneTo: done.at(-1)?.recorded.position, trouble };
  const letters = { of, release, added, tried, mayBeDue: false };
  try {
    if (!await writeChanges(sql, { table, changes, letters, move })) return false;
  } catch (error) {
    const { isRefusal, cause } = failureOf(error);
    const [first] = done;
    if (!isRefusal || !first) throw error;
    const one = await attempt(trial, { lane, letters: [first] });
    if (done.length > 1) return await settle(trial, one);
    const refused = { class: "refused", cause, isTried: true } as const;
    return await settle(trial, {
      ...one,
      changes: new RowChanges(),
      done: [],
      trouble: refused,
    });
  }
  parked.hold(added);
  const [left] = await loadLetters(sql, { of, lane, most: 1 });
  if (!left) parked.release(lane);
  return true;
}

/** Gives up those letters of a lane of which operators have said so, and tries what is behind them. */
async function drop(trial: LetterTrial, { reason, ...due }: Due): Promise<"moved" | true> {
  const { sql, of, parked, move, logger } = trial;
  const lane: Lane = { byStream: due.byStream, key: due.key };
  const condition = sql`exists (select 1 from moved)`;
  const [found] = await answered(() =>
    sql<{ count: number }[]>`
      with moved as (${moveCheckpoint(sql, { ...move, patienceMs: 0 })}), dropped as (
        update projection_letter
        set dropped_at = case when due = 'drop' then clock_timestamp() end,
          due = case when due = 'drop' then null else 'retry' end
        where ${inLane(sql, of, lane)} and ${condition}
        returning dropped_at
      ), freed as (${
      lane.byStream ? tryBehindStream(sql, { of, stream: lane.key, condition }) : sql`select 1`
    })
      select (select count(dropped_at) from dropped)::integer as count, ${onDisk(sql)} from moved`
  );
  if (!found) return "moved";
  logger.warn("Events were given up that a read model could not take", {
    ...lane,
    events: found.count,
    reason,
  });
  const [left] = await loadLetters(sql, { of, lane, most: 1 });
  if (!left) parked.release(lane);
  return true;
}
