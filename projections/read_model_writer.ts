import { isMachineDown, type Recorded, type View } from "@headwater/core";
import type { Sql } from "postgres";
import { ApplyFailure } from "./apply_failure.ts";
import {
  type Checkpoint,
  loadCheckpoint,
  type ReplayProgress,
  saveReport,
  type WorkerReport,
} from "./checkpoint.ts";
import type { EventPace } from "./event_pace.ts";
import { RowChanges } from "./row_changes.ts";
import type { ViewTable } from "./view_table.ts";
import type { WorkerState } from "./worker_state.ts";
import { writeChanges } from "./write_changes.ts";

/** How often progress is written down while no rows change. */
const saveEveryMs = 1_000;
/** A worker that has nothing to say shows this often that it lives. */
const heartbeatMs = 5_000;

export type WriterOptions = {
  readonly view: View;
  readonly table: ViewTable;
  readonly sql: Sql;
  readonly checkpoint: Checkpoint;
  readonly state: WorkerState;
  readonly pace: EventPace;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** The read model has got further; in memory, its position may be ahead of the table's checkpoint. */
  advanced(checkpoint: Checkpoint): void;
};

/** How far the folding is. */
export type Step = {
  readonly caughtUp: boolean;
  readonly behindSince: string | undefined;
  /** The table holds all it must hold to be read. */
  readonly filled?: boolean;
};

/** Takes folded rows to the table together with the checkpoint; every write fails once somebody else has moved that. */
export class ReadModelWriter {
  readonly #options: WriterOptions;
  readonly changes = new RowChanges();
  /** Folded up to here. */
  position: number | undefined;
  #stored: Checkpoint;
  #unwritten: { readonly first: Recorded; readonly count: number } | undefined;
  #savedReport: WorkerReport | undefined;
  #savedAt = 0;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#stored = options.checkpoint;
    this.position = options.checkpoint.position;
  }

  /** As the table has it. */
  get stored(): Checkpoint {
    return this.#stored;
  }

  get isSaveDue(): boolean {
    return this.#options.now() - this.#savedAt >= saveEveryMs;
  }

  /** These events were folded up to `position`, beginning with `first`. */
  folded(first: Recorded | undefined, { count, position }: {
    readonly count: number;
    readonly position: number | undefined;
  }): void {
    this.position = position;
    if (!first || count === 0) return;
    const before = this.#unwritten;
    this.#unwritten = { first: before?.first ?? first, count: count + (before?.count ?? 0) };
  }

  /** False: the checkpoint is not where it was, and nothing was written. */
  async write(step: Step): Promise<boolean> {
    const filling = this.#stored.filling && !step.filled;
    return await this.#write(filling, this.#reportOf(step, filling));
  }

  /** The rows did not change: the position moves on in memory. */
  note(step: Step): void {
    this.#unwritten = undefined;
    this.changes.clear();
    this.#options.state.become(this.#reportOf(step, this.#stored.filling));
    this.#options.advanced({ ...this.#stored, position: this.position });
  }

  /** Tells how far a rebuild is, between writes. */
  async tell(step: Step, replay: ReplayProgress): Promise<void> {
    const { sql, view, state } = this.#options;
    const report = this.#reportOf(step, this.#stored.filling);
    state.become(report);
    await saveReport(sql, { name: view.name, epoch: this.#stored.epoch, report, replay });
  }

  /** To be called every second while nothing comes: saves what was only noted. False as in `write`. */
  async look(): Promise<boolean> {
    const { sql, view, state, now } = this.#options;
    const news = this.position !== this.#stored.position || state.report !== this.#savedReport;
    if (news || now() - this.#savedAt >= heartbeatMs) {
      return await this.#write(this.#stored.filling, state.report);
    }
    const current = await loadCheckpoint(sql, view.name);
    return current?.epoch === this.#stored.epoch && current.position === this.#stored.position;
  }

  /** Leaves the position and a last word for operators. */
  async leave(): Promise<void> {
    const { state } = this.#options;
    const { caughtUp, behindSince } = state.report;
    const report = state.after({ state: "stopped", caughtUp, behindSince });
    if (this.#stored.filling || this.changes.changes > 0) {
      const { sql, view } = this.#options;
      await saveReport(sql, { name: view.name, epoch: this.#stored.epoch, report });
    } else {
      await this.#write(false, report);
    }
  }

  async #write(filling: boolean, report: WorkerReport): Promise<boolean> {
    const { sql, table, view, state, pace, now, advanced } = this.#options;
    const to = { ...this.#stored, position: this.position, filling };
    const move = { name: view.name, from: this.#stored, to, report };
    try {
      if (!await writeChanges(sql, { table, changes: this.changes, move })) return false;
    } catch (error) {
      if (!this.#unwritten || isMachineDown(error)) throw error;
      pace.refused(this.#unwritten.count, this.position);
      throw new ApplyFailure(view.name, { ...this.#unwritten, cause: error });
    }
    this.#stored = to;
    this.#unwritten = undefined;
    this.#savedReport = report;
    this.#savedAt = now();
    this.changes.clear();
    pace.written(this.position);
    state.become(report);
    advanced(to);
    return true;
  }

  #reportOf({ caughtUp, behindSince }: Step, filling: boolean): WorkerReport {
    const { state } = this.#options;
    const isLive = caughtUp || state.report.state === "live";
    return state.after({
      state: filling ? "rebuilding" : isLive ? "live" : "catching-up",
      caughtUp,
      behindSince,
    });
  }
}
