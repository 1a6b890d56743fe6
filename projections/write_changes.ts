import type { Sql } from "postgres";
import { answered } from "./answered.ts";
import { type CheckpointMove, moveCheckpoint } from "./checkpoint.ts";
import type { RowChanges } from "./row_changes.ts";
import type { ViewTable } from "./view_table.ts";

/** What PostgreSQL may take for a row, at its slowest. */
const patiencePerRowMs = 0.1;

/**
 * Writes what was folded, adds to the sums what it changes of them, and moves the checkpoint on, all or nothing.
 * False: the checkpoint is not where it was as the rows were read, and nothing was written.
 *
 * One statement, however many rows: it is one round trip and a transaction of its own; `sql.begin` of postgres.js 3.4.9
 * has ended whole processes.
 */
export async function writeChanges(
  sql: Sql,
  { table, changes, move }: {
    readonly table: ViewTable;
    /** Undefined: nothing but the report. */
    readonly changes: RowChanges | undefined;
    readonly move: CheckpointMove;
  },
): Promise<boolean> {
  const outstanding = changes?.outstanding() ?? { written: [], removed: [], replaced: [] };
  const { written, removed } = outstanding;
  const ifMoved = sql`exists (select 1 from moved)`;
  const packed = await table.pack(written, { areMany: move.from.filling });
  const put = written.length > 0
    ? sql`, written as (${table.put(sql, { packed, condition: ifMoved })})`
    : sql``;
  const remove = removed.length > 0
    ? sql`, removed as (${table.remove(sql, { keys: removed, condition: ifMoved })})`
    : sql``;
  const packedSums = await table.sums?.pack(outstanding);
  const sum = table.sums && packedSums
    ? sql`, ${table.sums.add(sql, { packed: packedSums, condition: ifMoved })}`
    : sql``;
  const rows = written.length + (packedSums?.count ?? 0);
  const moved = await answered(
    () =>
      sql`
        with moved as (${moveCheckpoint(sql, move)}) ${put} ${remove} ${sum}
        select 1 from moved`,
    { patienceMs: 10_000 + patiencePerRowMs * Math.min(rows, 40_000) },
  ).catch((error) => {
    throw table.sums?.explained(error) ?? error;
  });
  return moved.length > 0;
}
