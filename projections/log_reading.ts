import { type EventLog, type eventLog, Unavailable, type View } from "@headwater/core";
import type { Sql } from "postgres";
import { BatchInbox } from "./batch_inbox.ts";
import type { FillTurn, FillTurns } from "./fill_turns.ts";
import { livePlace } from "./verify_generation.ts";
import type { ActOf, OutcomeOf } from "./worker_state.ts";

export type LogReadingOptions = {
  readonly view: View;
  readonly log: EventLog;
  readonly sql: Sql;
  readonly fills: FillTurns;
};

/** How long to wait for events before looking whether another process has the read model by now. */
export const lookEveryMs = 1_000;

/** A worker's subscription to the log, and its turn where it fills a table. */
export class LogReading {
  readonly #options: LogReadingOptions;
  readonly #fill: { run(signal: AbortSignal): Promise<boolean> };
  #inbox: BatchInbox | undefined;
  #openInbox: (() => BatchInbox) | undefined;
  #fillTurn: FillTurn | undefined;

  constructor(options: LogReadingOptions, fill: { run(signal: AbortSignal): Promise<boolean> }) {
    this.#options = options;
    this.#fill = fill;
  }

  /** What is filled beside a live generation is filled to where that one is. */
  async begin({ after, filling }: ActOf<"subscribe">): Promise<OutcomeOf<"subscribed">> {
    const { log, sql, view } = this.#options;
    if (filling) this.askForTurn();
    const live = filling ? await livePlace(sql, view) : undefined;
    const isComparable = live && !live.isOfOtherLog;
    const head = isComparable ? live.position : filling ? await log.head() : undefined;
    const categories = view.reads.map(({ category }) => category);
    this.#openInbox = () =>
      new BatchInbox((signal) => log.subscribe({ categories, signal, after }));
    return { type: "subscribed", head, isBound: live !== undefined };
  }

  /**
   * What comes next; `"queued"`: others fill before it; `"filled"`: much of it was taken in bulk, the checkpoint is where
   * that ended. Undefined: nothing came for a while.
   */
  async take(
    { limit, until, waits, signal }: Pick<ActOf<"apply">, "limit" | "until" | "waits"> & {
      readonly signal: AbortSignal;
    },
  ): Promise<eventLog.EventBatch | "queued" | "filled" | undefined> {
    const isTurn = await this.#fillTurn?.hasCome({ waitMs: lookEveryMs, signal }) ?? true;
    if (!isTurn) return "queued";
    if (signal.aborted) return undefined;
    if (!this.#inbox && await this.#fill.run(signal)) return "filled";
    this.#inbox ??= this.#openInbox!();
    const batch = await this.#inbox.take({ waitMs: waits ? lookEveryMs : 0, limit, until });
    if (!batch || signal.aborted) return undefined;
    if (batch === "over") {
      throw new Unavailable("Cannot follow the log: the subscription ended by itself");
    }
    return batch;
  }

  /** There is nothing to do before something comes. */
  get isQuiet(): boolean {
    return this.#inbox?.isAwaited === true;
  }

  /** Who waits for something to come goes on as though nothing had for long. */
  stir(): void {
    this.#inbox?.stir();
  }

  askForTurn(): void {
    this.#fillTurn = this.#options.fills.ask();
  }

  /** It holds nothing: others may fill meanwhile. */
  leaveTurn(): void {
    this.#fillTurn?.leave();
    this.#fillTurn = undefined;
  }

  /** What it waits for need not be waited for. */
  close(): void {
    this.#inbox?.close();
  }

  async end(): Promise<void> {
    this.leaveTurn();
    await this.#inbox?.[Symbol.asyncDispose]();
    this.#inbox = undefined;
  }
}
