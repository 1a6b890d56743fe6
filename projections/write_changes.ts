import type { Sql } from "postgres";
import { answered } from "./answered.ts";
import { type CheckpointMove, moveCheckpoint } from "./checkpoint.ts";
import type { RowChanges } from "./row_changes.ts";
import type { ViewTable } from "./view_table.ts";

/** What PostgreSQL may take for a row, at its slowest. */
const patiencePerRowMs = 0.1;

/**
 * Writes what was folded and moves the checkpoint on, both or neither.
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
  const { written, removed } = changes?.outstanding() ?? { written: [], removed: [] };
  const ifMoved = sql`exists (select 1 from moved)`;
  const packed = await table.pack(written, { areMany: move.from.filling });
  const put = written.length > 0
    ? sql`, written as (${table.put(sql, { packed, condition: ifMoved })})`
    : sql``;
  const remove = removed.length > 0
    ? sql`, removed as (${table.remove(sql, { keys: removed, condition: ifMoved })})`
    : sql``;
  const moved = await answered(
    () => sql`with moved as (${moveCheckpoint(sql, move)}) ${put} ${remove} select 1 from moved`,
    { patienceMs: 10_000 + patiencePerRowMs * Math.min(written.length, 40_000) },
  );
  return moved.length > 0;
}
