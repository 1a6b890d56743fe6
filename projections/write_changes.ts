import type { Sql } from "postgres";
import { answered } from "./answered.ts";
import { type CheckpointMove, moveCheckpoint } from "./checkpoint.ts";
import type { RowChanges } from "./row_changes.ts";
import type { ViewTable } from "./view_table.ts";

/** Rows per statement: about half a megabyte of JSON, which neither side has to work on for long. */
const chunkRows = 2_000;

/**
 * Writes what was folded and moves the checkpoint on, both or neither.
 * False: the checkpoint is not where it was as the rows were read, and nothing was written.
 */
export async function writeChanges(
  sql: Sql,
  { table, changes, move }: {
    readonly table: ViewTable;
    readonly changes: RowChanges;
    readonly move: CheckpointMove;
  },
): Promise<boolean> {
  const { written, removed } = changes.outstanding();
  if (written.length > chunkRows || removed.length > chunkRows) {
    return await answered((alive) =>
      sql.begin(async (tx) => {
        // The table first, then the checkpoint: the order in which every writer locks them.
        await table.lock(tx);
        const moved = await moveCheckpoint(tx, move);
        if (moved.length === 0) return false;
        // One chunk is on its way while PostgreSQL works on the one before.
        let before: Promise<unknown> = Promise.resolve();
        for (const rows of chunksOf(written)) {
          const next = table.upsert(tx, rows).execute();
          await before.then(alive);
          before = next;
        }
        await before.then(alive);
        for (const keys of chunksOf(removed)) await table.remove(tx, keys).then(alive);
        return true;
      })
    );
  }
  // One statement is one round trip, and a transaction of its own.
  const ifMoved = sql`exists (select 1 from moved)`;
  const moved = await answered(() =>
    sql`
      with moved as (${moveCheckpoint(sql, move)})
      ${written.length > 0 ? sql`, written as (${table.upsert(sql, written, ifMoved)})` : sql``}
      ${removed.length > 0 ? sql`, removed as (${table.remove(sql, removed, ifMoved)})` : sql``}
      select 1 from moved`
  );
  return moved.length > 0;
}

function* chunksOf<Item>(items: readonly Item[]): Iterable<readonly Item[]> {
  for (let start = 0; start < items.length; start += chunkRows) {
    yield items.slice(start, start + chunkRows);
  }
}
