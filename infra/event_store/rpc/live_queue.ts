import type { GrpcCall } from "../grpc/grpc_call.ts";

/** As many as the original keeps for a subscriber that is slower than the writers. */
const maxWaiting = 32;

/**
 * Hands live items to a subscriber. While its client takes no more, some wait here; beyond that it has fallen behind and
 * must read the rest from the log, so that a slow reader costs no memory and no writer ever waits.
 */
export class LiveQueue<Item> {
  readonly #call: GrpcCall;
  readonly #send: (item: Item) => boolean;
  #live = false;
  #missed = false;
  #draining = false;
  #waiting: Item[] = [];
  #ended = Promise.withResolvers<void>();

  /** `send` writes one item; false: the client takes no more for now. */
  constructor(call: GrpcCall, send: (item: Item) => boolean) {
    this.#call = call;
    this.#send = send;
  }

  /** Something was written while the log was being read. */
  get missed(): boolean {
    return this.#missed;
  }

  /** Called before each page is read: what the page may contain was not missed. */
  forget(): void {
    this.#missed = false;
  }

  add(item: Item): void {
    if (!this.#live) {
      this.#missed = true;
    } else if (!this.#draining) {
      this.#sendNow(item);
    } else if (this.#waiting.length < maxWaiting) {
      this.#waiting.push(item);
    } else {
      this.#fallBehind();
    }
  }

  /** Sends what is added from now on; resolves when the subscriber has fallen behind and takes more again. */
  async run(): Promise<void> {
    this.#live = true;
    this.#ended = Promise.withResolvers();
    this.#call.signal.addEventListener("abort", this.#abort, { once: true });
    try {
      await this.#ended.promise;
    } finally {
      this.#live = false;
      this.#call.signal.removeEventListener("abort", this.#abort);
    }
    await this.#call.drained();
  }

  /** Ends the subscription. */
  fail(error: unknown): void {
    this.#live = false;
    this.#ended.reject(error);
  }

  #sendNow(item: Item): void {
    try {
      if (!this.#send(item)) void this.#drain();
    } catch (error) {
      this.fail(error);
    }
  }

  async #drain(): Promise<void> {
    this.#draining = true;
    try {
      await this.#call.drained();
    } catch (error) {
      return this.fail(error);
    } finally {
      this.#draining = false;
    }
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const item of waiting) this.add(item);
  }

  #fallBehind(): void {
    this.#waiting = [];
    this.#live = false;
    this.#missed = true;
    this.#ended.resolve();
  }

  readonly #abort = (): void => this.fail(this.#call.signal.reason);
}
