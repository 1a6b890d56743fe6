import type { eventLog, Recorded } from "@headwater/core";

/** A subscription reads no further ahead of its consumer than this. */
const maxEvents = 1_024;

/**
 * Holds what a subscription has received until its consumer takes it: all that came meanwhile, as one batch. A batch
 * that says nothing new is not given.
 */
export class EventOutbox {
  #events: Recorded[] = [];
  #position: number | undefined;
  #announced: number | undefined;
  #caughtUp = false;
  #told: { readonly position: number | undefined; readonly caughtUp: boolean };
  #stirred = Promise.withResolvers<void>();
  #taken = Promise.withResolvers<void>();
  #closed = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(position: number | undefined) {
    this.#position = position;
    this.#announced = position;
    this.#told = { position, caughtUp: false };
  }

  get isEmpty(): boolean {
    return this.#events.length === 0;
  }

  /** Everything up to here has been put in. */
  get position(): number | undefined {
    return this.#position;
  }

  /** Puts in what lies at a position; undefined: nothing that the consumer is shown. */
  add(position: number, event?: Recorded): void {
    this.#position = position;
    if (event) this.#events.push(event);
  }

  /** Lets the consumer know what was put in, and whether anything is left to read behind it. */
  announce(caughtUp: boolean): void {
    this.#announced = this.#position;
    this.#caughtUp = caughtUp;
    if (this.#hasNews) this.#stirred.resolve();
  }

  /** Undefined once it is closed; rejects once it has failed. */
  async take(): Promise<eventLog.EventBatch | undefined> {
    while (!this.#closed && !this.#hasNews) {
      this.#stirred = Promise.withResolvers();
      await this.#stirred.promise;
    }
    if (this.#failure) throw this.#failure.error;
    if (this.#closed) return undefined;
    const batch = { events: this.#events, position: this.#position, caughtUp: this.#caughtUp };
    this.#events = [];
    this.#told = batch;
    this.#taken.resolve();
    return batch;
  }

  /** Resolves when there is room for more. */
  async room(): Promise<void> {
    while (!this.#closed && this.#events.length >= maxEvents) {
      this.#taken = Promise.withResolvers();
      await this.#taken.promise;
    }
  }

  /** Nothing more will come. */
  fail(error: unknown): void {
    this.#failure = { error };
    this.close();
  }

  close(): void {
    this.#closed = true;
    this.#stirred.resolve();
    this.#taken.resolve();
  }

  get #hasNews(): boolean {
    return this.#events.length > 0 || this.#announced !== this.#told.position ||
      this.#caughtUp && !this.#told.caughtUp;
  }
}
