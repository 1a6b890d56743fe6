import { type eventLog, time, Unavailable } from "@headwater/core";

/** Reads a subscription one batch ahead, so that no more of a history is held than is folded. */
export class BatchReader implements AsyncDisposable {
  readonly #stop = new AbortController();
  readonly #batches: AsyncIterator<eventLog.EventBatch>;
  #coming: Promise<IteratorResult<eventLog.EventBatch>>;

  constructor(subscribe: (signal: AbortSignal) => AsyncIterable<eventLog.EventBatch>) {
    this.#batches = subscribe(this.#stop.signal)[Symbol.asyncIterator]();
    this.#coming = this.#next();
  }

  /** Undefined: none has come for so long. Errors: the subscription's; `Unavailable` where it ended by itself. */
  async take(waitMs: number): Promise<eventLog.EventBatch | undefined> {
    const given = new AbortController();
    const late = time.pause(waitMs, { signal: given.signal });
    const came = await Promise.race([this.#coming, late]);
    given.abort();
    if (!came) return undefined;
    if (came.done) {
      throw new Unavailable("Cannot fill a read model: the subscription ended by itself");
    }
    this.#coming = this.#next();
    return came.value;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#coming.catch(() => {});
    await this.#batches.return?.();
  }

  #next(): Promise<IteratorResult<eventLog.EventBatch>> {
    const next = this.#batches.next();
    // Whoever takes it hears of it
    next.catch(() => {});
    return next;
  }
}
