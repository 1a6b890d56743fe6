import { eventLog, type Recorded } from "@headwater/core";

type Place = Pick<eventLog.EventBatch, "position" | "mark">;

/** A subscription reads no further ahead of its consumer than this. */
const maxEvents = 1_024;

/**
 * Holds what a subscription has received until its consumer takes it: all that came meanwhile, as one batch. A batch
 * that says nothing new is not given.
 */
export class EventOutbox {
  /** What the consumer is told to go on after. */
  mark: eventLog.LogMark | undefined;
  #events: Recorded[] = [];
  #position: number | undefined;
  #announced: Place;
  #caughtUp = false;
  #told: Place & { readonly caughtUp: boolean };
  #stirred = Promise.withResolvers<void>();
  #taken = Promise.withResolvers<void>();
  #closed = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(after: eventLog.LogMark | number | undefined) {
    const position = eventLog.positionOf(after);
    this.#position = position;
    if (typeof after === "object") this.mark = after;
    this.#announced = { position, mark: this.mark };
    this.#told = { ...this.#announced, caughtUp: false };
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
    this.#position = Math.max(position, this.#position ?? 0);
    if (event) this.#events.push(event);
  }

  /** Lets the consumer know what was put in, and whether anything is left to read behind it. */
  announce(caughtUp: boolean): void {
    this.#announced = { position: this.#position, mark: this.mark };
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
    const batch = {
      events: this.#events,
      position: this.#position,
      mark: this.mark,
      caughtUp: this.#caughtUp,
    };
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
    const { position, mark, caughtUp } = this.#told;
    return this.#events.length > 0 || this.#announced.position !== position ||
      this.#announced.mark !== mark || this.#caughtUp && !caughtUp;
  }
}
