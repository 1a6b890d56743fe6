import {
  backOffMs,
  type EventLog,
  isMachineDown,
  type Log,
  pause,
  type ReadModelState,
  type ReadModelWait,
  Unavailable,
  type View,
} from "@headwater/core";
import type { Sql } from "postgres";
import { ApplyFailure, messageOf } from "./apply_failure.ts";
import { type Checkpoint, loadCheckpoint, saveReport, type WorkerReport } from "./checkpoint.ts";
import { EventPace } from "./event_pace.ts";
import { isMissingTable } from "./missing_table.ts";
import { PositionWaiters } from "./position_waiters.ts";
import { prepareView } from "./prepare_view.ts";
import { ViewFollower } from "./view_follower.ts";
import { ViewTable } from "./view_table.ts";
import { WorkerState } from "./worker_state.ts";

/** How long stopping may take when PostgreSQL does not answer; what it still does then is guarded by the checkpoint. */
const leaveMs = 3_000;
/** Less than every position: whoever waits for it waits until anything is known. */
const anything = -1;

export type WorkerOptions = {
  readonly view: View;
  readonly log: EventLog;
  readonly sql: Sql;
  readonly logger: Log;
  readonly random: () => number;
  readonly now: () => number;
};

/** Runs one view: follows the log, begins again after every interruption, and lets callers wait for a position. */
export class ProjectionWorker implements AsyncDisposable {
  readonly #options: WorkerOptions;
  readonly #state: WorkerState;
  readonly #pace = new EventPace();
  readonly #waiters = new PositionWaiters();
  readonly #started = Promise.withResolvers<void>();
  readonly #running: Promise<void>;
  #turn = new AbortController();
  #stopping = false;
  #follower: ViewFollower | undefined;
  /** Undefined until it was read for the first time. */
  #checkpoint: Checkpoint | undefined;
  #outdated: Unavailable | undefined;
  #wasLive = false;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#state = new WorkerState({ log: options.logger, now: options.now });
    this.#running = this.#run();
  }

  get view(): View {
    return this.#options.view;
  }

  get report(): WorkerReport {
    return this.#state.report;
  }

  get lagMs(): number {
    return this.#state.lagMs;
  }

  /** Resolves when the first events were taken in, or could not be. */
  get started(): Promise<void> {
    return this.#started.promise;
  }

  /** True when the table belongs to another version of the view. */
  get isOutdated(): boolean {
    return this.#outdated !== undefined;
  }

  get position(): number | undefined {
    return this.#checkpoint?.position;
  }

  async wait({ position, waitMs, signal }: ReadModelWait): Promise<ReadModelState> {
    if (this.#stopping) throw this.#stopped();
    const limits = { waitMs, ...(signal && { signal }) };
    if (!this.#checkpoint && !await this.#waiters.wait(anything, limits)) {
      throw new Unavailable(
        `Cannot read "${this.view.name}": its state is not known yet`,
        { code: "read-model-unavailable" },
      );
    }
    this.#assertReadable();
    const reached = position === undefined || position <= (this.position ?? anything) ||
      await this.#waiters.wait(position, limits);
    return { position: this.position, reached };
  }

  /** Another process, or this one, has emptied the read model. */
  noticeReset(epoch: number): void {
    // What it knows already must not be taken for another reset.
    if (!this.#checkpoint || this.#checkpoint.epoch >= epoch) return;
    this.#advanced({ ...this.#checkpoint, position: undefined, filling: true });
    this.#turn.abort();
  }

  /** Rejects while the read model does not follow the log, or has not yet caught up since the start. */
  assertHealthy(): void {
    const { state, cause } = this.#state.report;
    if (cause !== undefined) throw new Error(cause);
    if (!this.#wasLive) throw new Error(`The read model "${this.view.name}" is ${state}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping = true;
    this.#turn.abort();
    this.#waiters.reject(() => this.#stopped());
    this.#started.resolve();
    const given = new AbortController();
    await Promise.race([this.#running, pause(leaveMs, { signal: given.signal })]);
    given.abort();
  }

  async #run(): Promise<void> {
    const { logger, random } = this.#options;
    let failures = 0;
    while (!this.#stopping) {
      this.#turn = new AbortController();
      const before = this.position;
      try {
        await this.#follow(this.#turn.signal);
        failures = 0;
      } catch (error) {
        if (this.#stopping) {
          logger.debug("A projection was interrupted as it stopped", { error });
          return;
        }
        failures = this.position === before ? failures + 1 : 1;
        await this.#interrupted(error);
        await pause(backOffMs(failures, { random }), { signal: this.#turn.signal });
      }
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { view, sql, log, now } = this.#options;
    const checkpoint = await this.#load();
    const table = await ViewTable.open(sql, view);
    if (!table) {
      this.#checkpoint = undefined;
      return;
    }
    this.#advanced(checkpoint);
    this.#follower = new ViewFollower({
      view,
      table,
      log,
      sql,
      checkpoint,
      state: this.#state,
      pace: this.#pace,
      now,
      advanced: (checkpoint) => {
        // A reset may be known here before the answer to a write that came before it.
        if (!signal.aborted) this.#advanced(checkpoint);
        this.#started.resolve();
      },
    });
    await this.#follower.run(signal);
    if (this.#stopping) await this.#follower.leave();
  }

  /** Another version of the view may have taken the table over since; the newer one keeps it. */
  async #load(): Promise<Checkpoint> {
    const { sql, view, logger } = this.#options;
    let checkpoint = this.#checkpoint && await loadCheckpoint(sql, view.name);
    if (!checkpoint || checkpoint.version < view.version) {
      const reason = await prepareView(sql, view);
      if (reason) logger.info("A read model starts empty", { reason });
      checkpoint = await loadCheckpoint(sql, view.name);
    }
    this.#outdated = checkpoint?.version === view.version ? undefined : new Unavailable(
      `Cannot use "${view.name}": its table belongs to version ${checkpoint?.version} of the view, not ${view.version}`,
      { code: "read-model-outdated" },
    );
    if (!checkpoint || this.#outdated) throw this.#outdated;
    return checkpoint;
  }

  #advanced(checkpoint: Checkpoint): void {
    // A reset that another process has already made good is one all the same.
    const wasReset = this.#checkpoint !== undefined && this.#checkpoint.epoch < checkpoint.epoch;
    this.#checkpoint = checkpoint;
    const { state } = this.#state.report;
    if (wasReset || checkpoint.filling) this.#waiters.reject(() => this.#rebuilding());
    if (checkpoint.filling) {
      if (state !== "rebuilding" && state !== "failing") {
        this.#state.become(
          this.#state.after({ state: "rebuilding", caughtUp: false, behindSince: undefined }),
        );
      }
      return;
    }
    if (state === "starting" || state === "rebuilding") {
      this.#state.become(
        this.#state.after({ state: "catching-up", caughtUp: false, behindSince: undefined }),
      );
    }
    this.#wasLive ||= state === "live";
    this.#waiters.reached(checkpoint.position ?? anything);
  }

  async #interrupted(error: unknown): Promise<void> {
    const { sql, view, logger } = this.#options;
    const isMachine = isMachineDown(error);
    // The next try prepares everything anew.
    if (isMissingTable(error)) this.#checkpoint = undefined;
    this.#state.interrupted(isMachine ? "waiting" : "failing", {
      cause: messageOf(error),
      ...(error instanceof ApplyFailure && { behindSince: error.behindSince }),
    });
    logger.debug("A projection was interrupted", { error });
    this.#started.resolve();
    const isPostgresAway = isMachine &&
      !(error instanceof Unavailable && error.code !== "postgres-unavailable");
    if (!this.#checkpoint || isPostgresAway) return;
    const { epoch } = this.#checkpoint;
    try {
      await saveReport(sql, { name: view.name, epoch, report: this.#state.report });
    } catch (error) {
      logger.debug("The state of a projection could not be saved", { error });
    }
  }

  #assertReadable(): void {
    if (this.#outdated) throw this.#outdated;
    if (this.#checkpoint?.filling) throw this.#rebuilding();
  }

  #rebuilding(): Unavailable {
    return new Unavailable(`Cannot read "${this.view.name}": it is being rebuilt`, {
      code: "read-model-rebuilding",
      retryAfter: this.#follower?.secondsLeft ?? 1,
    });
  }

  #stopped(): Unavailable {
    return new Unavailable(`Cannot wait for "${this.view.name}": the process is stopping`);
  }
}
