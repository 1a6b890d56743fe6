import type { Sql } from "postgres";
import { answered } from "./answered.ts";
import { type GenerationStatus, isFilling } from "./generation.ts";
import { type CheckpointMove, moveCheckpoint } from "./lease.ts";
import type { Letter, LettersOf } from "./letter.ts";
import { areDue, insertLetters, onDisk, settleLetters, type TriedLetters } from "./letter_table.ts";
import type { RowChanges } from "./row_changes.ts";
import type { ViewTable } from "./view_table.ts";

/** Heard by other processes when rows were written that are read; the payload is the read model's name. */
export const changeChannel = "projection_change";

/** What PostgreSQL may take for a row, at its slowest. */
const patiencePerRowMs = 0.1;
/** And for rows at all. */
const patienceMs = 10_000;

/** What happens to letters as rows are written. */
export type LetterChanges = {
  readonly of: LettersOf;
  readonly release: string;
  /** New ones. */
  readonly added: readonly Letter[];
  /** Present: some were tried, and the new ones are tried next. */
  readonly tried?: TriedLetters;
  /** Somebody may want letters to be tried. */
  readonly mayBeDue: boolean;
};

/**
 * Writes what was folded and what was parked, adds to the sums what it changes of them, and moves the checkpoint on, all
 * or nothing.
 * Yields the status that the generation has; undefined: the checkpoint is not where it was as the rows were read, or
 * another process has the generation, and nothing was written.
 *
 * One statement, however many rows: it is one round trip and a transaction of its own; `sql.begin` of postgres.js 3.4.9
 * has ended whole processes.
 */
export async function writeChanges(
  sql: Sql,
  { table, changes, letters, move, tells = false }: {
    readonly table: ViewTable;
    /** Undefined: nothing but the report. */
    readonly changes: RowChanges | undefined;
    readonly letters: LetterChanges;
    readonly move: Omit<CheckpointMove, "patienceMs">;
    /** Other processes hear of it. */
    readonly tells?: boolean;
  },
): Promise<{ readonly status: GenerationStatus; readonly areDue: boolean } | undefined> {
  const outstanding = changes?.outstanding() ?? { written: [], removed: [], replaced: [] };
  const { written, removed } = outstanding;
  const { of, release, added, tried, mayBeDue } = letters;
  const condition = sql`exists (select 1 from moved)`;
  const packed = await table.pack(written, { areMany: isFilling(move.from) });
  const put = written.length > 0
    ? sql`, written as (${table.put(sql, { packed, condition })})`
    : sql``;
  const remove = removed.length > 0
    ? sql`, removed as (${table.remove(sql, { keys: removed, condition })})`
    : sql``;
  const packedSums = await table.sums?.pack(outstanding);
  const sum = table.sums && packedSums
    ? sql`, ${table.sums.add(sql, { packed: packedSums, condition })}`
    : sql``;
  const due = tried ? "retry" as const : null;
  const park = added.length > 0
    ? sql`, parked as (${insertLetters(sql, { of, letters: added, release, due, condition })})`
    : sql``;
  const settle = tried ? sql`, ${settleLetters(sql, { of, tried, release, condition })}` : sql``;
  const rows = written.length + added.length + (packedSums?.count ?? 0);
  const moreMs = patiencePerRowMs * Math.min(rows, 40_000);
  const moving = moveCheckpoint(sql, { ...move, patienceMs: moreMs });
  const [moved] = await answered(
    () =>
      sql<{ status: GenerationStatus; areDue: boolean }[]>`
        with moved as (${moving}) ${put} ${remove} ${sum} ${park} ${settle}
        select status, ${mayBeDue ? areDue(sql, of) : sql`false`} as "areDue"
        ${tried ? sql`, ${onDisk(sql)}` : sql``}
        ${tells ? sql`, pg_notify(${changeChannel}, ${move.name})` : sql``} from moved`,
    { patienceMs: patienceMs + moreMs },
  );
  return moved;
}
