import { type EventBatch, type EventLog, Unavailable } from "@headwater/core";
import { BatchInbox } from "./batch_inbox.ts";
import { eventFolder } from "./fold_events.ts";
import { ReadModelWriter, type Step, type WriterOptions } from "./read_model_writer.ts";
import { ReplayMeter } from "./replay_meter.ts";

/** A read model that is being filled is written when so much is held, and at the end. */
const heldRows = 200_000;
const heldBytes = 64 * 1024 * 1024;
/** How long to wait for events before looking whether another process has reset the read model. */
const lookEveryMs = 1_000;

export type FollowerOptions = WriterOptions & { readonly log: EventLog };

/** Keeps one read model up to date, from a checkpoint on, for as long as nobody else moves that. */
export class ViewFollower {
  readonly #options: FollowerOptions;
  readonly #fold: ReturnType<typeof eventFolder>;
  readonly #writer: ReadModelWriter;
  #meter: ReplayMeter | undefined;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#fold = eventFolder(options.view);
    this.#writer = new ReadModelWriter(options);
  }

  /** Seconds until the read model may be read, while it is being filled. */
  get secondsLeft(): number {
    return this.#meter?.secondsLeft ?? 1;
  }

  /** Ends when `signal` aborts, or when somebody else has moved or reset the checkpoint. */
  async run(signal: AbortSignal): Promise<void> {
    const { log, view, checkpoint, now } = this.#options;
    if (checkpoint.filling) {
      const target = await log.head();
      if (target !== undefined) this.#meter = new ReplayMeter({ target, now });
    }
    const after = checkpoint.position;
    const categories = view.reads.map(({ category }) => category);
    await using inbox = new BatchInbox((signal) => log.subscribe({ categories, signal, after }));
    const close = () => inbox.close();
    signal.addEventListener("abort", close, { once: true });
    try {
      while (!signal.aborted) {
        const batch = await inbox.take(lookEveryMs);
        if (signal.aborted) return;
        if (batch === "over") {
          throw new Unavailable("Cannot follow the log: the subscription ended by itself");
        }
        const goOn = batch ? await this.#apply(batch) : await this.#writer.look();
        if (!goOn) return;
      }
    } finally {
      signal.removeEventListener("abort", close);
    }
  }

  /** To be called after `run` when the process stops. */
  async leave(): Promise<void> {
    await this.#writer.leave();
  }

  async #apply(batch: EventBatch): Promise<boolean> {
    const { sql, table, pace } = this.#options;
    for (const piece of piecesOf(batch, pace.limit)) {
      const { events } = piece;
      const { count, failure } = await this.#fold(events, {
        changes: this.#writer.changes,
        // Nothing was ever written to a table whose checkpoint is at the start.
        ...(this.#writer.stored.position !== undefined && {
          read: (keys: readonly string[]) => table.read(sql, keys),
        }),
      });
      if (failure) {
        if (count > 0) {
          this.#writer.folded(events[0], { count, position: events[count - 1]!.position });
        }
        const { behindSince } = failure;
        if (!await this.#writer.write({ caughtUp: false, behindSince })) return false;
        throw failure;
      }
      this.#writer.folded(events[0], { count, position: piece.position });
      if (!await this.#advance(piece)) return false;
    }
    return true;
  }

  async #advance({ events, caughtUp }: EventBatch): Promise<boolean> {
    const writer = this.#writer;
    const { state, pace } = this.#options;
    const behindSince = caughtUp
      ? undefined
      : events.at(-1)?.recordedAt ?? state.report.behindSince;
    const step: Step = { caughtUp, behindSince };
    if (!writer.stored.filling) {
      const mayWait = writer.changes.changes === 0 && state.report.state === "live" &&
        !writer.isSaveDue;
      if (!mayWait) return await writer.write(step);
      writer.note(step);
      return true;
    }
    this.#meter?.count(events.length, writer.position);
    const filled = caughtUp || this.#meter?.reached(writer.position) === true;
    const isMuch = writer.changes.size >= heldRows || writer.changes.bytes >= heldBytes;
    if (filled || pace.careful || isMuch) {
      return await writer.write({ ...step, filled });
    }
    if (this.#meter?.isDue()) await writer.tell(step, this.#meter.progress);
    this.#options.advanced(writer.stored);
    return true;
  }
}

/** A batch in pieces of at most `limit` events; only the last is where the batch ends. */
function* piecesOf(batch: EventBatch, limit: number): Iterable<EventBatch> {
  let rest = batch.events;
  while (rest.length > limit) {
    const events = rest.slice(0, limit);
    rest = rest.slice(limit);
    yield { events, position: events.at(-1)!.position, caughtUp: false };
  }
  yield { ...batch, events: rest };
}
