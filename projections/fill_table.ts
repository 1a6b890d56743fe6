import { type EventLog, eventLog, machine, Unavailable, type View } from "@headwater/core";
import type { Sql } from "postgres";
import { placeAfter } from "./batch_inbox.ts";
import { BulkTable, CheckpointMoved, type FillCheckpoint } from "./bulk_table.ts";
import { BatchReader } from "./batch_reader.ts";
import type { BulkSettings } from "./bulk_settings.ts";
import { FillFolder } from "./fill_folder.ts";
import type { Reached } from "./fill_target.ts";
import { foldingInThread } from "./fold_thread.ts";
import { type Folding, foldingHere } from "./folding.ts";

export type FillOptions = {
  readonly view: View;
  readonly log: EventLog;
  /** The pool that workers have: a fill has at most three statements under way. */
  readonly sql: Sql;
  /** Of the physical tables' names, as for `createTables`. */
  readonly suffix: string;
  /** Where the checkpoint is. */
  readonly from: Reached;
  /** It ends there, and goes no further. */
  readonly until: number;
  readonly checkpoint: FillCheckpoint;
  /** Told as often as there are new events, some thousands at a time. */
  onProgress(progress: { readonly events: number; readonly position: number | undefined }): void;
  /** Leaves the table where it is; to be gone on with by another call. */
  readonly signal: AbortSignal;
  readonly settings?: BulkSettings;
};

export type FillEnd = Reached & {
  /**
   * `filled`: the table is one like any other, and the checkpoint where the fill came to its end, which is before an
   * event that cannot be applied where there is one. `interrupted`: by the signal; it goes on with the next call.
   * `moved`: somebody else fills the table, or has emptied it.
   */
  readonly type: "filled" | "interrupted" | "moved";
  /** Why it ended before it was where it should be; whoever follows the log from there on will meet it. */
  readonly cause?: string;
  /** Events were folded in a thread of their own. */
  readonly isThreaded?: boolean;
};

/** So long it waits for events before it sees to other things. */
const quietMs = 1_000;
const usualSaveMs = 30_000;
/** A thread needs half a second to begin. */
const threadsFrom = 50_000;

/**
 * Fills a view's table in bulk: rows that were not touched for a while are written, once each in most cases, while
 * others are folded; key and indexes are made at the end. The table is not to be read meanwhile.
 *
 * Resolves at the first thing that needs exactness, with all that was before it in the table: the worker of the view goes
 * on from the checkpoint and says what is the matter.
 *
 * Errors: `Unavailable` and whatever else PostgreSQL or the log say; another call goes on from the checkpoint.
 */
export async function fillTable(options: FillOptions): Promise<FillEnd> {
  const { view, sql, suffix, from, checkpoint } = options;
  const open = (at: Reached) => new BulkTable({ view, suffix, sql, checkpoint }, at);
  const table = open(from);
  let isComplete = false;
  try {
    await table.begin();
    const end = await fillWith(options, table);
    if (end.type !== "filled") return end;
    isComplete = true;
    await table.finish();
    return end;
  } catch (error) {
    if (error instanceof CheckpointMoved) return { ...table.at, type: "moved" };
    if (Unavailable.isCauseOf(error) || error instanceof eventLog.ForeignPosition) throw error;
    return await handOver(error);
  }

  /** Whatever it was, the exact way finds out: from the last place where all was well. */
  async function handOver(error: unknown): Promise<FillEnd> {
    try {
      // Rows of which no index can be made are in the table already
      if (isComplete) await table.save(nothing, { stale: [], sums: undefined });
      const again = open(table.at);
      await again.begin();
      for await (const _rest of again.locate());
      await again.finish();
      return { ...again.at, type: "filled", cause: machine.messageOf(error) };
    } catch (error) {
      if (error instanceof CheckpointMoved) return { ...table.at, type: "moved" };
      throw error;
    }
  }
}

const nothing: Reached = { position: undefined, mark: undefined };

async function fillWith(options: FillOptions, table: BulkTable): Promise<FillEnd> {
  const { view, from, until, settings: { holds, ...given } = {} } = options;
  const threads = given.threads ?? until - (from.position ?? 0) >= threadsFrom;
  const settings = { view, table, ...(holds && { holds }) };
  const thread = threads ? await foldingInThread(settings) : undefined;
  await using folding = thread ?? foldingHere(new FillFolder(settings));
  if (from.position !== undefined) {
    for await (const { keys, places } of table.locate()) folding.locate(keys, places);
  }
  return { ...await fill(options, { table, folding }), isThreaded: thread !== undefined };
}

async function fill(
  { view, log, until, signal, onProgress, settings: { saveEveryMs = usualSaveMs } = {} }:
    FillOptions,
  { table, folding }: { readonly table: BulkTable; readonly folding: Folding },
): Promise<FillEnd> {
  const after = table.at.mark ?? table.at.position;
  const categories = view.reads.map(({ category }) => category);
  await using reader = new BatchReader((signal) =>
    log.subscribe({ categories, signal, after, isBulk: true })
  );
  let reached = table.at;
  let savedAt = performance.now();
  for (;;) {
    if (signal.aborted) return { ...table.at, type: "interrupted" };
    const batch = await reader.take(quietMs);
    if (signal.aborted) return { ...table.at, type: "interrupted" };
    if (batch) {
      const { events, isLast, end } = cutAt(batch, until);
      const before = reached;
      if (end.position !== undefined) reached = end;
      let failure = await folding.fold({ events, before, after: reached });
      onProgress({ events: events.length, position: reached.position });
      const isOver = isLast || folding.isFull;
      if (failure || isOver || folding.isSaveDue || performance.now() - savedAt > saveEveryMs) {
        failure = await folding.settled();
        if (failure) reached = failure.reached;
        await folding.save(reached);
        savedAt = performance.now();
        if (failure) return { ...reached, type: "filled", cause: failure.cause };
        if (isOver) return { ...reached, type: "filled" };
      }
    }
    await table.beatIfQuiet();
  }
}

/** Without what is behind `until`; `isLast`: nothing up to there is left. */
function cutAt(
  batch: eventLog.EventBatch,
  until: number,
): {
  readonly events: eventLog.EventBatch["events"];
  readonly isLast: boolean;
  /** Up to there everything was considered; nothing that is not yet: `position` is undefined. */
  readonly end: Reached;
} {
  const { events, position, mark, caughtUp } = batch;
  if (position === undefined || position <= until) {
    return { events, isLast: caughtUp || position === until, end: { position, mark } };
  }
  const count = events.findLastIndex((event) => event.position <= until) + 1;
  return { events: events.slice(0, count), isLast: true, end: placeAfter(batch, count) };
}
