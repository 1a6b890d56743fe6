import assert from "node:assert/strict";
import { cannotApply } from "../failure.ts";
import type { Checkpoint, WorkerReport } from "../generation.ts";
import type { ActOf, Outcome } from "../worker_state.ts";
import type { WorldDatabase } from "./world_database.ts";
import { broken, eventAt } from "./world_events.ts";
import type { WorldLog } from "./world_log.ts";
import { foldWorld, keysOf, ordered, tryKey } from "./world_table.ts";

/** What a worker does to rows and letters, and what it holds of them. */
export function worldWork(
  { database, log, notFolded, notWritten }: {
    readonly database: WorldDatabase;
    readonly log: WorldLog;
    readonly notFolded: ReadonlySet<number>;
    readonly notWritten: ReadonlySet<number>;
  },
) {
  let held: number[] = [];
  let kept: number[] = [];
  let unsent: number[] = [];
  let saved: WorkerReport | undefined;

  function letters(): readonly number[] {
    return [...database.table?.letters ?? [], ...unsent];
  }

  function parkedNow() {
    return { parkedKeys: keysOf(letters()).length, areDue: database.areDue };
  }

  function retry({ at }: ActOf<"retry">): Outcome {
    assert.deepEqual([held, unsent], [[], []], "nothing else is in its way");
    if (!database.isAt(at)) return { type: "moved" };
    const cannot = (position: number) => notFolded.has(position) || notWritten.has(position);
    if (database.areDue) database.change((table) => tryKey(table, cannot));
    return { type: "retried", ...parkedNow() };
  }

  function apply(
    { limit, until, holdsAll, refused }: ActOf<"apply">,
    at: Checkpoint,
  ): Outcome {
    if (holdsAll && database.isAt(at)) {
      assert.deepEqual(database.table?.rows, kept, "there is nothing to read");
    }
    const batch = log.take({ limit, until });
    if (typeof batch === "string") return broken(batch === "over" ? "log-away" : "other-log");
    if (!batch) return { type: "quiet" };
    const { events, last, caughtUp } = batch;
    const folded = foldWorld(events, {
      parked: letters(),
      isBad: (position) => notFolded.has(position) || refused?.position === position,
    });
    const { bad } = folded;
    const good = bad === undefined ? events : events.filter((position) => position < bad);
    if (bad !== undefined) batch.stopAt(good.at(-1));
    held.push(...folded.rows);
    unsent.push(...folded.letters);
    const changes = held.length + unsent.length;
    const position = bad === undefined ? last || undefined : good.at(-1);
    return {
      type: "applied",
      parkedKeys: parkedNow().parkedKeys,
      events: good[0] === undefined ? undefined : { first: eventAt(good[0]), count: good.length },
      position,
      mark: log.markAt(position),
      caughtUp,
      recordedAt: events.length > 0 ? eventAt(last).recordedAt : undefined,
      rows: kept.length + changes > 20 ? 200_000 : kept.length + changes,
      changes: changes > 5 ? 40_000 : changes,
      bytes: changes,
      ...(bad !== undefined && {
        failure: cannotApply("accounts", { first: eventAt(bad), count: 1, cause: "bad" }),
      }),
    };
  }

  function write({ from, to, report, keeps, leaves }: ActOf<"write">): Outcome {
    const { table } = database;
    if (!table) return broken("bug");
    if (!database.isAt(from)) return { type: "moved" };
    if (from !== to && held.some((row) => notWritten.has(row))) return broken("refused");
    saved = report;
    const { mark } = table.checkpoint;
    assert.ok(!mark || from === to || mark.log === to.mark?.log, "rows are of one log");
    const { status: now } = table.checkpoint;
    const status = now === from.status ? to.status : now;
    if (leaves) database.leave();
    if (from === to) return { type: "done", status, areDue: database.areDue };
    database.become({
      ...table,
      checkpoint: { ...to, status },
      rows: ordered([...table.rows, ...held]),
      letters: [...table.letters, ...unsent],
    });
    kept = keeps ? [...kept, ...held] : [];
    [held, unsent] = [[], []];
    return { type: "done", status, areDue: database.areDue };
  }

  return {
    /** What operators elsewhere were told. */
    get saved() {
      return saved;
    },
    tell: (report: WorkerReport | undefined) => void (saved = report),
    /** Nothing is held. */
    reset: () => void ([held, kept, unsent] = [[], [], []]),
    assertWritten: () => assert.deepEqual([held, unsent], [[], []], "what was folded is written"),
    parkedNow,
    retry,
    apply,
    write,
  };
}
