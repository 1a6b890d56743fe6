import { type eventLog, type Recorded, time } from "@headwater/core";

/** How many events may lie in an inbox before it stops reading ahead. */
const readAheadEvents = 4_000;

/**
 * Reads a subscription while its consumer is busy, and hands over all that has come meanwhile as one batch: the
 * further a consumer is behind, the more it does at a time.
 */
export class BatchInbox implements AsyncDisposable {
  readonly #stop = new AbortController();
  readonly #reading: Promise<void>;
  #batches: eventLog.EventBatch[] = [];
  #events = 0;
  #over: { readonly error?: unknown } | undefined;
  #arrived = Promise.withResolvers<void>();
  #isAwaited = false;
  #taken = Promise.withResolvers<void>();

  constructor(subscribe: (signal: AbortSignal) => AsyncIterable<eventLog.EventBatch>) {
    this.#reading = this.#read(subscribe);
  }

  /**
   * The batches that have come, as one, but at most `limit` events, and none beyond position `until`; waits for the first at most `waitMs`, then gives
   * undefined. `"over"` when the subscription has ended; throws what it threw.
   */
  async take(
    { waitMs, limit = Infinity, until }: {
      readonly waitMs: number;
      readonly limit?: number;
      readonly until?: number | undefined;
    },
  ): Promise<eventLog.EventBatch | "over" | undefined> {
    if (this.#batches.length === 0 && !this.#over) await this.#arrival(waitMs);
    if (this.#batches.length > 0) {
      const [batch, ...rest] = cut(merge(this.#batches), { limit, until });
      this.#batches = rest;
      this.#events -= batch.events.length;
      this.#taken.resolve();
      return batch;
    }
    if (!this.#over) return undefined;
    if ("error" in this.#over) throw this.#over.error;
    return "over";
  }

  /** Somebody waits, and nothing has come. */
  get isAwaited(): boolean {
    return this.#isAwaited;
  }

  /** Who waits is told at once that nothing has come. */
  stir(): void {
    this.#arrived.resolve();
  }

  /** Ends the subscription. */
  close(): void {
    this.#stop.abort();
    this.#taken.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.#reading;
  }

  async #read(
    subscribe: (signal: AbortSignal) => AsyncIterable<eventLog.EventBatch>,
  ): Promise<void> {
    const { signal } = this.#stop;
    try {
      for await (const batch of subscribe(signal)) {
        this.#batches.push(batch);
        this.#events += batch.events.length;
        this.#arrived.resolve();
        while (this.#events >= readAheadEvents && !signal.aborted) {
          this.#taken = Promise.withResolvers();
          await this.#taken.promise;
        }
        if (signal.aborted) break;
      }
      this.#over = {};
    } catch (error) {
      this.#over = { error };
    }
    this.#arrived.resolve();
  }

  async #arrival(waitMs: number): Promise<void> {
    this.#arrived = Promise.withResolvers();
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, time.aboutMs(waitMs));
    this.#isAwaited = true;
    await Promise.race([this.#arrived.promise, late]);
    this.#isAwaited = false;
    clearTimeout(timer);
  }
}

/** What is cut off ends at the last of its events; only the rest is where the batch ends. */
function cut(
  batch: eventLog.EventBatch,
  { limit, until = Infinity }: { readonly limit: number; readonly until?: number | undefined },
): [eventLog.EventBatch, ...eventLog.EventBatch[]] {
  const { events, position = -1 } = batch;
  const beyond = events.findIndex((event) => event.position > until);
  const count = Math.min(limit, beyond === -1 ? events.length : beyond);
  if (count === events.length && position <= until) return [batch];
  const first = { events: events.slice(0, count), ...placeAfter(batch, count), caughtUp: false };
  // Up to there, nothing else is wanted
  const reached = count === beyond || count === events.length
    ? { ...first, position: until }
    : first;
  return [reached, { ...batch, events: events.slice(count) }];
}

/** Where somebody is who has taken in the first `count` events of a batch. */
export function placeAfter(
  { events, mark }: eventLog.EventBatch,
  count: number,
): Pick<eventLog.EventBatch, "position" | "mark"> {
  const last = events[count - 1];
  if (!last) return { position: undefined, mark: undefined };
  const { position, id } = last;
  return { position, mark: mark && { ...mark, position, id } };
}

function merge(batches: readonly eventLog.EventBatch[]): eventLog.EventBatch {
  const last = batches[batches.length - 1]!;
  if (batches.length === 1) return last;
  const events: Recorded[] = [];
  for (const batch of batches) for (const event of batch.events) events.push(event);
  return { ...last, events };
}
