import type { ReadModelState, ReadModelWait } from "./worker_state.ts";
import { type EventLog, type Log, time, Unavailable, type View } from "@headwater/core";
import type { Sql } from "postgres";
import { analyzeIfForgotten, analyzeTable } from "./analyze_table.ts";
import { BatchInbox, placeAfter } from "./batch_inbox.ts";
import { loadCheckpoint } from "./checkpoint.ts";
import { failureOf } from "./failure.ts";
import type { FillTurn, FillTurns } from "./fill_turns.ts";
import { eventFolder } from "./fold_events.ts";
import { Letters } from "./letters.ts";
import { prepareView } from "./prepare_view.ts";
import type { ProjectionStatus } from "./projection_status.ts";
import { RowChanges } from "./row_changes.ts";
import { ViewTable } from "./view_table.ts";
import { healthOf, statusOf } from "./worker_answers.ts";
import { next } from "./worker_machine.ts";
import {
  type Act,
  type ActOf,
  type Happening,
  newWorker,
  type Outcome,
  type OutcomeOf,
  type Todo,
} from "./worker_state.ts";
import { writeChanges } from "./write_changes.ts";

/** How long stopping may take when PostgreSQL does not answer; what it still does then is guarded by the checkpoint. */
const leaveMs = 1_500;
/** How long to wait for events before looking whether another process has reset the read model. */
const lookEveryMs = 1_000;

export type WorkerOptions = {
  readonly view: View;
  readonly log: EventLog;
  readonly sql: Sql;
  readonly logger: Log;
  readonly fills: FillTurns;
  /** More of them, and it stops. */
  readonly mostParkedKeys?: number | undefined;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};

type Answer = (answer: Extract<Todo, { type: "answer" }>["answer"]) => void;

/** Runs one view: does what `worker_machine.ts` wants done, and tells it how that came out. */
export class ProjectionWorker implements AsyncDisposable {
  readonly #options: WorkerOptions;
  readonly #fold: ReturnType<typeof eventFolder>;
  readonly #changes: RowChanges;
  readonly #letters: Letters;
  readonly #waiting = new Map<number, Answer>();
  readonly #started = Promise.withResolvers<void>();
  readonly #running: Promise<void>;
  #state: ReturnType<typeof newWorker>;
  #table: ViewTable | undefined;
  #inbox: BatchInbox | undefined;
  #openInbox: (() => BatchInbox) | undefined;
  #fillTurn: FillTurn | undefined;
  #interruption = new AbortController();
  readonly #working = new Set<Promise<void>>();
  #asked = 0;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#fold = eventFolder(options.view);
    this.#changes = new RowChanges({ remembers: options.view.sums !== undefined });
    this.#letters = new Letters(options);
    this.#state = newWorker(options.view, options.now());
    this.#running = this.#run();
  }

  /** Resolves when the first events were taken in, or could not be. */
  get started(): Promise<void> {
    return this.#started.promise;
  }

  status(service: string): ProjectionStatus {
    return statusOf(this.#state, { service, now: this.#options.now() });
  }

  /** Throws while the read model does not follow the log, or has not yet caught up since the start. */
  health(): { readonly warning?: string } {
    return healthOf(this.#state);
  }

  /** True where the row of a key lacks events that are parked. */
  isParked(key: string): boolean {
    return this.#letters.parked.concerns(key);
  }

  /** Another process, or this one, has emptied the read model. */
  noticeReset(epoch: number): void {
    this.#happened({ type: "reset", epoch });
  }

  /** A connection to PostgreSQL broke: what was there before may not be there any more. */
  noticeDisconnection(): void {
    this.#happened({ type: "disconnected" });
  }

  async wait({ position, waitMs, signal }: ReadModelWait): Promise<ReadModelState> {
    signal?.throwIfAborted();
    const id = ++this.#asked;
    const { promise, resolve, reject } = Promise.withResolvers<ReadModelState>();
    const giveUp = () => this.#happened({ type: "late", id });
    const abort = () => {
      reject(signal!.reason);
      giveUp();
    };
    this.#waiting.set(id, (answer) => {
      if (answer instanceof Unavailable) reject(answer);
      else resolve(answer);
    });
    this.#happened({ type: "asked", id, position });
    const timer = setTimeout(giveUp, waitMs);
    signal?.addEventListener("abort", abort, { once: true });
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#happened({ type: "stop" });
    const given = new AbortController();
    const ending = this.#running.then(() => Promise.all(this.#working));
    await Promise.race([ending, time.pause(leaveMs, { signal: given.signal })]);
    given.abort();
  }

  #happened(happened: Happening): void {
    const { state, todo } = next(this.#state, { ...happened, at: this.#options.now() });
    this.#state = state;
    if (state.hasTried) this.#started.resolve();
    for (const each of todo) this.#do(each);
  }

  #do(todo: Todo): void {
    switch (todo.type) {
      case "interrupt":
        this.#interruption.abort();
        return this.#inbox?.close();
      case "answer":
        this.#waiting.get(todo.id)!(todo.answer);
        this.#waiting.delete(todo.id);
        return;
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
        return { type: "failed", failure: failureOf(error) };
      });
      this.#happened(outcome);
    }
    await this.#unsubscribe();
  }

  async #outcomeOf(act: Act): Promise<Outcome> {
    switch (act.type) {
      case "prepare":
        return { type: "prepared", ...await this.#prepare(act) };
      case "subscribe":
        return { type: "subscribed", head: await this.#subscribe(act) };
      case "apply":
        return await this.#apply(act);
      case "write":
        return await this.#write(act);
      case "look": {
        const found = await loadCheckpoint(this.#options.sql, this.#options.view.name);
        const { epoch, position } = act.at;
        if (found?.epoch !== epoch || found.position !== position) return { type: "moved" };
        return { type: "done", areDue: await this.#letters.areDue() };
      }
      case "retry":
        return await this.#letters.try(act, this.#table!);
      case "pause":
        await this.#unsubscribe();
        await time.pause(time.backOffMs(act.attempt, this.#options), {
          signal: this.#interruption.signal,
        });
        return { type: "done" };
    }
  }

  /** Another version of the view may have taken the table over since; the newer one keeps it. */
  async #prepare({ anew }: ActOf<"prepare">): Promise<Omit<OutcomeOf<"prepared">, "type">> {
    const { sql, view, logger } = this.#options;
    await this.#unsubscribe();
    this.#interruption = new AbortController();
    this.#changes.clear();
    let checkpoint = anew ? undefined : await loadCheckpoint(sql, view.name);
    if (!checkpoint || checkpoint.version < view.version) {
      const reason = await prepareView(sql, view);
      if (reason) logger.info("A read model starts empty", { reason });
      checkpoint = await loadCheckpoint(sql, view.name);
    }
    if (checkpoint && checkpoint.version > view.version) return { checkpoint };
    this.#table = await ViewTable.open(sql, view);
    if (!this.#table || !checkpoint) return { checkpoint: undefined };
    if (!checkpoint.filling) this.#beside(() => analyzeIfForgotten(sql, view));
    return { checkpoint, parked: await this.#letters.load() };
  }

  /** What nobody waits for, and what is no trouble where it fails. */
  #beside(work: () => Promise<void>): void {
    const working = work().catch((error) =>
      this.#options.logger.debug("A table could not be analyzed", { error })
    ).finally(() => this.#working.delete(working));
    this.#working.add(working);
  }

  async #subscribe(
    { after, filling }: ActOf<"subscribe">,
  ): Promise<number | undefined> {
    const { log, view, fills } = this.#options;
    if (filling) this.#fillTurn = fills.ask();
    const head = filling ? await log.head() : undefined;
    const categories = view.reads.map(({ category }) => category);
    this.#openInbox = () =>
      new BatchInbox((signal) => log.subscribe({ categories, signal, after }));
    return head;
  }

  async #unsubscribe(): Promise<void> {
    this.#leaveFillTurn();
    await this.#inbox?.[Symbol.asyncDispose]();
    this.#inbox = undefined;
  }

  #leaveFillTurn(): void {
    this.#fillTurn?.leave();
    this.#fillTurn = undefined;
  }

  async #apply({ limit, holdsAll, refused }: ActOf<"apply">): Promise<Outcome> {
    const { signal } = this.#interruption;
    const isTurn = await this.#fillTurn?.hasCome({ waitMs: lookEveryMs, signal }) ?? true;
    if (!isTurn || signal.aborted) return { type: "quiet", isQueued: !isTurn };
    const inbox = this.#inbox ??= this.#openInbox!();
    const batch = await inbox.take({ waitMs: lookEveryMs, limit });
    if (!batch || signal.aborted) return { type: "quiet" };
    if (batch === "over") {
      throw new Unavailable("Cannot follow the log: the subscription ended by itself");
    }
    const { events } = batch;
    const changes = this.#changes;
    const { parked } = this.#letters;
    const read = (keys: readonly string[]) => this.#table!.read(this.#options.sql, keys);
    const options = { changes, parked, refused, ...(!holdsAll && { read }) };
    const { count, failure } = await this.#fold(events, options);
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

  async #write({ from, to, report, replay, keeps }: ActOf<"write">): Promise<Outcome> {
    const { sql, view, fills } = this.#options;
    const changes = from === to ? undefined : this.#changes;
    const letters = this.#letters.changes({ isMore: from !== to });
    const move = { name: view.name, from, to, report, replay };
    const written = await writeChanges(sql, { table: this.#table!, changes, letters, move });
    if (!written) return { type: "moved" };
    this.#letters.settle(letters);
    if (keeps) changes?.settle();
    else changes?.clear();
    if (from.filling && !to.filling) this.#beside(() => analyzeTable(sql, view));
    if (from.filling && changes && !keeps) {
      // It holds nothing: others may fill meanwhile
      this.#leaveFillTurn();
      if (to.filling) this.#fillTurn = fills.ask();
    }
    return { type: "done", areDue: written.areDue };
  }
}
