import type { EventMetadata, Recorded } from "./event.ts";
import type { LogMark } from "./log_mark.ts";

/** What an append expects of the stream; a number is the revision of its last event. */
export type ExpectedRevision = number | "no-stream";

/** An event that a log is to take. */
export type NewEvent = {
  /** UUID; the log knows a repeated append by it. */
  readonly id: string;
  readonly type: string;
  /** Anything JSON. */
  readonly data: unknown;
  readonly metadata: EventMetadata;
};

/** Where an append is found. */
export type Appended = {
  /** Revision of the last event of this append. */
  readonly revision: number;
  /** Position of the last event of this append. */
  readonly position: number;
};

/** Which events of a stream are read. */
export type ReadOptions = {
  readonly direction?: "forwards" | "backwards";
  /** First revision to give (inclusive); default: the first, or backwards the last. */
  readonly from?: number;
  /** At most so many events. */
  readonly limit?: number;
  readonly signal?: AbortSignal;
};

/** Which events of the whole log are read. */
export type ReadAllOptions = {
  readonly direction?: "forwards" | "backwards";
  /** Only events at greater positions, or backwards at lesser ones; default: from the very first, or the last. */
  readonly after?: number;
  /** Only streams of these categories; default: all. */
  readonly categories?: readonly string[];
  readonly limit?: number;
  readonly signal?: AbortSignal;
};

/** Where a subscription begins, and what it hands over. */
export type SubscribeOptions = {
  /** What was read last, as batches tell it, which is looked for at each connection; or a position, as somebody has it who knows no more. */
  readonly after?: LogMark | number;
  readonly categories?: readonly string[];
  /** Very many events are read, of which little is looked at: they may be `LeanEvent`s, and come in larger batches. */
  readonly isBulk?: boolean;
  /** Ends the subscription quietly. */
  readonly signal: AbortSignal;
};

/** What a subscription hands over at a time. */
export type EventBatch = {
  /** In commit order; may be empty where only the position moved on. */
  readonly events: readonly Recorded[];
  /** Everything up to here was considered. Undefined only for an empty log read from its start. */
  readonly position: number | undefined;
  /** The newest event up to there that is known, this reader's or not; between the two is nothing for it. What to go on after. */
  readonly mark: LogMark | undefined;
  /** True when nothing was left to read as this batch was made. */
  readonly caughtUp: boolean;
};

/**
 * The log of domain events: the truth.
 *
 * - An append is atomic and durable once it resolves; revisions of a stream have no gaps.
 * - Every reader sees events in commit order; a reader that passed a position will never miss one before it.
 * - The same append repeated (same event ids, same expectation) has one effect and gives the original places,
 *   whatever was appended since.
 *
 * Errors: `RevisionConflict` (the expectation does not hold; nothing was written), `StreamDeleted` (nothing was written
 * and never will be), `Unavailable` (try again later; the outcome of an append may be unknown, so repeat it with the
 * same ids), `DeadlineExceeded`, `RangeError`/`TypeError` for arguments that no log could take.
 */
export interface EventLog extends AsyncDisposable {
  /** All of the events or none; resolves once they are durable. */
  append(
    stream: string,
    events: readonly NewEvent[],
    options: { readonly expected: ExpectedRevision },
  ): Promise<Appended>;
  /** Pages of a stream's events; a stream that does not exist has none. */
  read(stream: string, options?: ReadOptions): AsyncIterable<readonly Recorded[]>;
  /** Pages of all events in commit order, up to the head at the time of the call or a little beyond; or from there back. */
  readAll(options?: ReadAllOptions): AsyncIterable<readonly Recorded[]>;
  /**
   * Endless; pushed, not polled. The first batch with `caughtUp` comes also when there is nothing to read.
   * A batch is yielded when the position moves on past events of other categories too, within a second, so that the
   * reader of a quiet category knows how far it is. Adapters bound the memory that a slow reader costs.
   *
   * Errors: `ForeignPosition` where this is not the log in which `after` was read.
   */
  subscribe(options: SubscribeOptions): AsyncIterable<EventBatch>;
  /** Position of the last event; undefined for an empty log. */
  head(): Promise<number | undefined>;
  /** UUID, the log's own for ever: copies of it have the same. */
  identity(): Promise<string>;
}

/** The stream is not where the append (or the caller's If-Match) expected it. */
export class RevisionConflict extends Error {
  /** As it stands in logs. */
  override readonly name = "RevisionConflict";

  /** Of an append to `stream`. */
  constructor(
    readonly stream: string,
    /** Of a command, what its caller asked for: the stream's being there, or one of these revisions. */
    readonly expected: ExpectedRevision | "exists" | readonly number[],
    /** Revision of the last event; undefined when the stream does not exist. */
    readonly actual: number | undefined,
    options?: ErrorOptions,
  ) {
    super(
      `Cannot append to stream "${stream}": expected revision ${
        typeof expected === "object" ? expected.join(" or ") || "none" : expected
      }, found ${actual ?? "no stream"}`,
      options,
    );
  }
}

/** The stream was deleted for ever: nothing can be appended to it again. */
export class StreamDeleted extends Error {
  /** As it stands in logs. */
  override readonly name = "StreamDeleted";

  /** Of the stream that somebody wants to append to. */
  constructor(readonly stream: string, options?: ErrorOptions) {
    super(`Cannot append to stream "${stream}": it was deleted for ever`, options);
  }
}
