import type { EventLog, Log, View } from "@headwater/core";
import type { Sql } from "postgres";
import type { BulkSettings } from "./bulk_settings.ts";
import { fillInBulk } from "./fill_in_bulk.ts";
import { type Generation, isFilling } from "./generation.ts";
import { moveCheckpoint } from "./lease.ts";
import { literal, suffixOf } from "./table_definition.ts";
import { progressOf } from "./worker_answers.ts";
import type { Happening, WorkerState } from "./worker_state.ts";

export type WorkerFillOptions = {
  readonly view: View;
  readonly generation: Generation;
  readonly log: EventLog;
  readonly sql: Sql;
  readonly logger: Log;
  readonly bulk?: BulkSettings | undefined;
};

/** The worker whose table it is. */
export type FilledWorker = {
  state(): WorkerState;
  happened(happened: Extract<Happening, { type: "progressed" }>): void;
};

/** What a worker does in bulk before it begins to fold: much at once, and nothing that may go wrong. */
export class WorkerFill {
  readonly #options: WorkerFillOptions;
  readonly #worker: FilledWorker;
  /** It need not be done again where it was given up. */
  #isDone = false;

  constructor(options: WorkerFillOptions, worker: FilledWorker) {
    this.#options = options;
    this.#worker = worker;
  }

  /** True: the checkpoint is another one now, or may be. */
  async run(signal: AbortSignal): Promise<boolean> {
    const worker = this.#worker;
    const { stored, parkedKeys, replay } = worker.state();
    if (!stored || !replay || !isFilling(stored) || parkedKeys > 0) return false;
    const { view, generation, log, sql, logger, bulk } = this.#options;
    const { name, generation: number } = generation;
    const end = await fillInBulk({
      view,
      suffix: suffixOf(generation),
      log,
      sql,
      from: stored,
      until: replay.target,
      isWanted: !this.#isDone,
      checkpoint: {
        row: ({ position }) => `
          projection_generation
          where name = ${literal(name)} and generation = ${number} and epoch = ${stored.epoch}
            and position is not distinct from ${position ?? null} and status <> 'dropped'`,
        move: ({ from, to, patienceMs }) =>
          moveCheckpoint(sql, {
            name,
            generation: number,
            from: { ...stored, ...from },
            to: { ...stored, ...to },
            report: worker.state().report,
            replay: progressOf(worker.state()),
            leaves: false,
            patienceMs,
          }),
      },
      onProgress: (progress) => worker.happened({ type: "progressed", ...progress }),
      signal,
      ...(bulk && { settings: bulk }),
    });
    if (!end) return false;
    this.#isDone ||= end.type === "filled";
    const { type, position, cause, isThreaded } = end;
    logger.debug("A table was filled in bulk", { type, position, cause, isThreaded });
    return true;
  }
}
