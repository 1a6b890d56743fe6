import { categoryOf, type Timers } from "@headwater/core";
import type { MarkQuestion, MarkReader } from "./mark_reader.ts";
import type { MessageFeed } from "./message_feed.ts";
import { type LogEvent, markOf } from "./recorded_event.ts";

export type MarkTailOptions = {
  /** Answers what is not heard by itself. */
  readonly reader: Pick<MarkReader, "markAt">;
  /** Subscribes to the streams of these categories, from behind a position. */
  readonly follow: (after: number, categories: readonly string[]) => Feed;
  readonly timers: Timers;
};

type Feed = Pick<MessageFeed, "take" | "close">;

type Waiting = PromiseWithResolvers<unknown> & {
  readonly question: MarkQuestion;
  readonly cancelTimer: () => void;
};

type Heard = Pick<LogEvent, "stream" | "revision"> & { readonly mark: unknown };

/** Who appends so often is better told by a subscription than by a read each time. */
const frequentMs = 250;
const idleMs = 5_000;
/** An event comes together with the answer to its append; what takes longer is asked for. */
const patienceMs = 50;
const restMs = 1_000;
/** Where others append so much more to the same categories, or appends are large, hearing all costs more than reading. */
const maxHeardPerAsked = 12;
const crowdRestMs = 10_000;
const maxCategories = 16;
const maxHeard = 1_024;

/**
 * Knows the marks of appends as they are answered: while this process appends often, a subscription brings back what is
 * written to the categories that it appends to, and no append needs a read. Whatever does not come that way is read.
 */
export class MarkTail {
  readonly #options: MarkTailOptions;
  /** What was heard lately, by position. */
  readonly #heard = new Map<number, Heard>();
  readonly #waiting = new Set<Waiting>();
  readonly #categories = new Set<string>();
  #feed: Feed | undefined;
  /** All up to here was heard. */
  #position = -1;
  #askedAt = -Infinity;
  /** Of late. */
  #counts = { asked: 0, heard: 0 };
  #restsUntil = -Infinity;
  #cancelIdleTimer: () => void = () => {};

  constructor(options: MarkTailOptions) {
    this.#options = options;
  }

  /** As `MarkReader` has it. */
  markAt(question: MarkQuestion): Promise<unknown> {
    const { reader, timers } = this.#options;
    this.#attend(question);
    this.#counts.asked++;
    const { position } = question.place;
    const heard = this.#heard.get(position);
    if (heard) return Promise.resolve(markIn(heard, question));
    if (!this.#feed || position <= this.#position || !this.#hears(question)) {
      return reader.markAt(question);
    }
    const cancelTimer = timers.after(patienceMs, () => this.stop());
    const waiting = { ...Promise.withResolvers<unknown>(), question, cancelTimer };
    this.#waiting.add(waiting);
    return waiting.promise;
  }

  /** Ends the subscription; what waits for it is read. */
  stop(): void {
    const { timers } = this.#options;
    this.#cancelIdleTimer();
    this.#feed?.close();
    this.#feed = undefined;
    this.#restsUntil = timers.now() + restMs;
    this.#categories.clear();
    this.#heard.clear();
    this.#readWhatWaits(Infinity);
  }

  #hears({ stream }: MarkQuestion): boolean {
    return stream.includes("-") && this.#categories.has(categoryOf(stream));
  }

  /** Begins to follow, or to follow more, where that is worth it. */
  #attend(question: MarkQuestion): void {
    const { timers, follow } = this.#options;
    const { stream, place: { position } } = question;
    const now = timers.now();
    const isFrequent = now - this.#askedAt < frequentMs;
    this.#askedAt = now;
    if (!isFrequent || now < this.#restsUntil || this.#hears(question)) return;
    if (!stream.includes("-") || this.#categories.size === maxCategories) return;
    const categories = [...this.#categories, categoryOf(stream)];
    this.stop();
    this.#restsUntil = now;
    for (const category of categories) this.#categories.add(category);
    this.#counts = { asked: 0, heard: 0 };
    this.#position = position;
    this.#feed = follow(position, categories);
    this.#listen(this.#feed);
    this.#stopWhenIdle(idleMs);
  }

  #stopWhenIdle(ms: number): void {
    const { timers } = this.#options;
    this.#cancelIdleTimer = timers.after(ms, () => {
      const leftMs = this.#askedAt + idleMs - timers.now();
      if (leftMs > 0) this.#stopWhenIdle(leftMs);
      else this.stop();
    });
  }

  async #listen(feed: Feed): Promise<void> {
    try {
      for (;;) {
        const messages = await feed.take(Infinity);
        if (this.#feed !== feed) return;
        if (!messages) break;
        for (const message of messages) {
          if (message.kind === "event") this.#hear(message.event);
          if (message.kind === "checkpoint") this.#pass(message.position);
        }
        this.#leaveCrowd();
      }
    } catch {
      // Whatever it was, reading will meet it as well, and has somebody to tell.
    }
    if (this.#feed === feed) this.stop();
  }

  #leaveCrowd(): void {
    const { asked, heard } = this.#counts;
    if (heard < maxHeard) return;
    this.#counts = { asked: asked / 2, heard: heard / 2 };
    if (heard <= asked * maxHeardPerAsked) return;
    this.stop();
    this.#restsUntil = this.#options.timers.now() + crowdRestMs;
  }

  #hear(event: LogEvent): void {
    this.#counts.heard++;
    const { stream, revision, position } = event;
    // Without its content: some are large.
    const heard = { stream, revision, mark: markOf(event) };
    this.#heard.set(position, heard);
    if (this.#heard.size > maxHeard) this.#heard.delete(this.#heard.keys().next().value!);
    for (const waiting of this.#waiting) {
      if (waiting.question.place.position !== position) continue;
      this.#waiting.delete(waiting);
      waiting.cancelTimer();
      waiting.resolve(markIn(heard, waiting.question));
    }
    this.#pass(position);
  }

  #pass(position: number): void {
    this.#position = position;
    this.#readWhatWaits(position);
  }

  /** Answers by reading what was asked for up to a position. */
  #readWhatWaits(until: number): void {
    for (const waiting of this.#waiting) {
      if (waiting.question.place.position > until) continue;
      this.#waiting.delete(waiting);
      waiting.cancelTimer();
      this.#options.reader.markAt(waiting.question).then(waiting.resolve, waiting.reject);
    }
  }
}

function markIn({ mark, ...at }: Heard, { stream, place }: MarkQuestion): unknown {
  return at.stream === stream && at.revision === place.revision ? mark : undefined;
}
