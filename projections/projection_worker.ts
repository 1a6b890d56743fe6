import type { ReadModelState, ReadModelWait } from "./worker_state.ts";
import { newWorker } from "./new_worker.ts";
import { machine, time } from "@headwater/core";
import { analyzeIfForgotten, analyzeTable } from "./analyze_table.ts";
import { placeAfter } from "./batch_inbox.ts";
import { type Generation, isFilling } from "./generation.ts";
import { GenerationKeeper } from "./generation_keeper.ts";
import { failureOf } from "./failure.ts";
import type { HeldLease, KeptLease } from "./lease.ts";
import { Letters } from "./letters.ts";
import { LogReading, lookEveryMs } from "./log_reading.ts";
import { readModelChange } from "./read_model_change.ts";
import type { ProjectionStatus } from "./projection_status.ts";
import { RowChanges } from "./row_changes.ts";
import type { ViewTable } from "./view_table.ts";
import { tracedFolding } from "./traced_folding.ts";
import { WaitingReaders } from "./waiting_readers.ts";
import { healthOf, isLeftBehind, statusOf } from "./worker_answers.ts";
import { WorkerFill } from "./worker_fill.ts";
import { next } from "./worker_machine.ts";
import type { WorkerOptions } from "./worker_options.ts";
import { type Act, type ActOf, type Happening, type Outcome, type Todo } from "./worker_state.ts";
import { type WorkBeside, workBeside } from "./work_beside.ts";

/** How long stopping may take when PostgreSQL does not answer; what it still does then is guarded by the checkpoint. */
const leaveMs = 1_500;
/** How long one waits who hears of another process what a reader wants to know. */
const hurryMs = 20;

/** Works for one generation of a view: does what `worker_machine.ts` wants done, and tells it how that came out. */
export class ProjectionWorker implements AsyncDisposable {
  readonly #options: WorkerOptions;
  readonly #folding: ReturnType<typeof tracedFolding>;
  readonly #changes: RowChanges;
  readonly #letters: Letters;
  readonly keeper: GenerationKeeper;
  readonly #reading: LogReading;
  readonly #readers = new WaitingReaders((happened) => this.#happened(happened));
  readonly #started = Promise.withResolvers<void>();
  readonly #running: Promise<void>;
  #state: ReturnType<typeof newWorker>;
  #table: ViewTable | undefined;
  #interruption = new AbortController();
  #pause = new AbortController();
  readonly #beside: WorkBeside;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#folding = tracedFolding(options.view, options);
    this.#changes = new RowChanges({ remembers: options.view.sums !== undefined });
    this.#letters = new Letters(options);
    this.#beside = workBeside(options.logger, { failed: "A table could not be analyzed" });
    const fill = new WorkerFill(options, {
      state: () => this.#state,
      happened: (happened) => this.#happened(happened),
    });
    this.#reading = new LogReading(options, fill);
    this.keeper = new GenerationKeeper(options, this.#letters);
    const { generation: { name, generation, version } } = options;
    const { isOwn } = this.keeper;
    this.#state = newWorker({ name, version, generation, isOwn }, this.#time());
    this.#running = this.#run();
  }

  /** Resolves when the first events were taken in, or could not be. */
  get started(): Promise<void> {
    return this.#started.promise;
  }

  report(service: string): ProjectionStatus {
    const { now, owner } = this.#options;
    return statusOf(this.#state, { service, now: now(), owner });
  }

  /** Of its generation, as far as it is known here. */
  get status(): Generation["status"] {
    return this.#state.stored?.status ?? this.#options.generation.status;
  }

  /** Resolves when it has come to its end: it was disposed of, or its generation was dropped. */
  get ended(): Promise<void> {
    return this.#running;
  }

  /** What is to be kept of it for as long as it has nothing to do; undefined: nothing, or it does so itself. */
  get lease(): HeldLease | undefined {
    const { stored } = this.#state;
    if (!this.#reading.isQuiet || !stored || isFilling(stored)) return undefined;
    return { ...this.keeper.place, epoch: stored.epoch };
  }

  /** That was asked for at `askedAt` (`performance.now()`), and is had; undefined: it is to see for itself. */
  kept(lease: KeptLease | undefined, askedAt: number): void {
    if (lease) this.keeper.keep(lease, askedAt);
    if (lease?.status !== this.status) this.#reading.stir();
  }

  /** Lets another process have the generation. */
  release(): void {
    this.#happened({ type: "release" });
    this.#reading.stir();
  }

  /** Throws while the read model does not follow the log, or has not yet caught up since the start. */
  health(options: { readonly follows: boolean }): { readonly warning?: string } {
    return healthOf(this.#state, options);
  }

  /** Nobody need care that nobody works for it. */
  get isLeftBehind(): boolean {
    return isLeftBehind(this.#state);
  }

  /** It had caught up once. */
  get wasLive(): boolean {
    return this.#state.wasLive;
  }

  /** True where the row of a key, or with undefined any row, lacks events that are parked. */
  isParked(key: string | undefined): boolean {
    return this.#letters.parked.concerns(key);
  }

  /** Something has changed that others did: it looks at once. */
  hurry(): void {
    this.#pause.abort();
  }

  /** A connection to PostgreSQL broke: what was there before may not be there any more. */
  noticeDisconnection(): void {
    this.#happened({ type: "disconnected" });
  }

  /** `"elsewhere"`: its generation is not what is read, or not any more. */
  wait(options: ReadModelWait): Promise<ReadModelState | "elsewhere"> {
    return this.#readers.wait(options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#happened({ type: "stop" });
    const given = new AbortController();
    const ending = this.#running.then(() => this.#beside.ended());
    await Promise.race([ending, time.pause(leaveMs, { signal: given.signal })]);
    given.abort();
  }

  #happened(happened: Happening): void {
    const { state, todo } = next(this.#state, { ...happened, ...this.#time() });
    this.#state = state;
    if (state.hasTried) this.#started.resolve();
    for (const each of todo) this.#do(each);
  }

  #time() {
    return { at: this.#options.now(), clock: performance.now() };
  }

  #do(todo: Todo): void {
    switch (todo.type) {
      case "interrupt":
        this.#interruption.abort();
        this.#pause.abort();
        return this.#reading.close();
      case "hurry":
        return this.hurry();
      case "answer":
        return this.#readers.answer(todo);
      case "log": {
        const { level, before, report: { state, cause } } = todo;
        const fields = { state, before: before.state, ...(cause !== undefined && { cause }) };
        return this.#options.logger[level](`A projection is ${state}`, fields);
      }
    }
  }

  async #run(): Promise<void> {
    for (let act = this.#state.doing; act; act = this.#state.doing) {
      const outcome = await this.#outcomeOf(act).catch((error): Outcome => {
        this.#options.logger.debug("A projection was interrupted", { act: act.type, error });
        // Dropped, or lost: what there is now is found out
        if (machine.isMissingTable(error) && act.type !== "prepare") {
          return { type: "moved", isGone: true };
        }
        return { type: "failed", failure: failureOf(error) };
      });
      const before = this.#state;
      this.#happened(outcome);
      const change = readModelChange({ act, outcome, before, after: this.#state });
      if (change) this.#options.onChange(change);
    }
    await this.#reading.end();
  }

  async #outcomeOf(act: Act): Promise<Outcome> {
    switch (act.type) {
      case "prepare":
        return await this.#prepare();
      case "watch":
        return await this.#watch(act);
      case "subscribe":
        return await this.#reading.begin(act);
      case "apply":
        return await this.#apply(act);
      case "write":
        return await this.#write(act);
      case "look":
        return await this.keeper.look(act);
      case "retry":
        return await this.#letters.try(act, this.#table!);
      case "remember":
        return await this.keeper.remember(act);
      case "compare":
        this.#reading.leaveTurn();
        return await this.keeper.compare(act);
      case "switch":
        return await this.keeper.switch(act);
      case "pause":
        await this.#reading.end();
        await time.pause(time.backOffMs(act.attempt, this.#options), {
          signal: this.#interruption.signal,
        });
        return { type: "done" };
    }
  }

  async #prepare(): Promise<Outcome> {
    await this.#reading.end();
    this.#interruption = new AbortController();
    this.#changes.clear();
    const { outcome, table } = await this.keeper.prepare(this.#state.stored?.epoch);
    this.#table = table;
    if (table && outcome.found && !isFilling(outcome.found.checkpoint)) {
      this.#beside.begin(() => analyzeIfForgotten(this.#options.sql, this.keeper.tables));
    }
    return outcome;
  }

  async #watch({ isUrgent }: ActOf<"watch">): Promise<Outcome> {
    await this.#reading.end();
    this.#changes.clear();
    this.#pause = new AbortController();
    await time.pauseAbout(isUrgent ? hurryMs : lookEveryMs, { signal: this.#pause.signal });
    return await this.keeper.see();
  }

  async #apply({ limit, until, waits, holdsAll, refused }: ActOf<"apply">): Promise<Outcome> {
    const { signal } = this.#interruption;
    const stored = this.#state.stored!;
    const take = () => this.#reading.take({ limit, until, waits, signal });
    const batch = isFilling(stored) ? await this.keeper.holding(stored, take) : await take();
    if (batch === "filled") return { type: "moved" };
    if (!batch || batch === "queued") return { type: "quiet", isQueued: batch === "queued" };
    const { events } = batch;
    const changes = this.#changes;
    const { parked } = this.#letters;
    const read = (keys: readonly string[]) => this.#table!.read(this.#options.sql, keys);
    const options = { changes, parked, refused, ...(!holdsAll && { read }) };
    const { count, failure } = await this.#folding.fold(events, options);
    // Nothing to write: what was read need not be held.
    if (changes.changes === 0 && !holdsAll) changes.clear();
    return {
      type: "applied",
      events: count > 0 ? { first: events[0]!, count } : undefined,
      ...(failure ? placeAfter(batch, count) : { position: batch.position, mark: batch.mark }),
      caughtUp: batch.caughtUp,
      recordedAt: events.at(-1)?.recordedAt,
      rows: changes.size + parked.outstanding.length,
      changes: changes.changes + parked.outstanding.length,
      bytes: changes.bytes + parked.bytes,
      parkedKeys: parked.count,
      ...(failure && { failure }),
    };
  }

  async #write(
    { from, to, report, replay, keeps, leaves }: ActOf<"write">,
  ): Promise<Outcome> {
    const { sql } = this.#options;
    const changes = from === to ? undefined : this.#changes;
    const move = { ...this.keeper.place, from, to, report, replay, leaves };
    const letters = this.#letters.changes({ isMore: from !== to });
    // Those that lack an event from now on say so, too
    const keys = [...changes?.changedKeys ?? [], ...letters.added.map(({ key }) => key)];
    const tells = from.status === "live" && keys.length > 0 && this.#options.areOthersThere();
    const how = { table: this.#table!, changes, letters, move, tells };
    const written = await this.#folding.write(sql, how);
    if (!written) return { type: "moved" };
    this.#letters.settle(letters);
    if (keeps) changes?.settle();
    else changes?.clear();
    if (to.status !== from.status) this.#beside.begin(() => analyzeTable(sql, this.keeper.tables));
    if (isFilling(from) && changes && !keeps) {
      this.#reading.leaveTurn();
      if (isFilling(to) && !leaves) this.#reading.askForTurn();
    }
    return { type: "done", ...written, keys };
  }
}
