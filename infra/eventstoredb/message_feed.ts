import type streams from "@eventstore/db-client/generated/streams_pb.js";
import { DeadlineExceeded, type time } from "@headwater/core";
import { connectFailure, eventStoreFailure } from "./event_store_failure.ts";
import type { EventStoreConnection, ReadCall } from "./event_store_connection.ts";
import { type FeedMessage, readAnswer } from "./read_answer.ts";

export type FeedOptions = {
  readonly connection: EventStoreConnection;
  readonly request: streams.ReadReq;
  /** What errors say cannot be done. */
  readonly action: string;
  readonly clock: time.Clock;
  /** Ends the feed with its reason. */
  readonly signal?: AbortSignal;
};

const maxMessages = 1_024;
const maxBytes = 4 * 1024 * 1024;

/**
 * What a reading call brings, kept until its one reader takes it; a reader that is slow slows down the server instead
 * of filling the memory. The first failure is the one that counts.
 */
export class MessageFeed {
  readonly #options: FeedOptions;
  readonly #onAbort = () => this.#end({ error: this.#options.signal!.reason });
  #call: ReadCall | undefined;
  #messages: FeedMessage[] = [];
  #bytes = 0;
  #paused = false;
  #over: { readonly error?: unknown } | undefined;
  #stirred = Promise.withResolvers<void>();

  constructor(options: FeedOptions) {
    this.#options = options;
    const { signal } = options;
    if (signal?.aborted) this.#onAbort();
    else {
      signal?.addEventListener("abort", this.#onAbort, { once: true });
      this.#open();
    }
  }

  /**
   * All that has come since the last time, at least one message; undefined: it was all. Waits at most `withinMs`,
   * which may be for ever.
   *
   * Errors: `DeadlineExceeded`, what ended the call.
   */
  async take(withinMs: number): Promise<readonly FeedMessage[] | undefined> {
    if (this.#messages.length === 0 && !this.#over) await this.#arrival(withinMs);
    if (this.#messages.length > 0) {
      const messages = this.#messages;
      this.#messages = [];
      this.#bytes = 0;
      if (this.#paused) this.#call?.resume();
      this.#paused = false;
      return messages;
    }
    if (this.#over && "error" in this.#over) throw this.#over.error;
    if (!this.#over) {
      throw new DeadlineExceeded(`${this.#options.action}: no answer within ${withinMs} ms`);
    }
    return undefined;
  }

  /** Ends the call; what comes later is dropped. */
  close(): void {
    this.#end({});
  }

  /** Ends the call as well, and lets its reader know why once it has taken what had come before. */
  fail(error: unknown): void {
    this.#end({ error });
  }

  async #open(): Promise<void> {
    const { connection, request, action } = this.#options;
    try {
      const call = await connection.read(request, {
        message: (message) => this.#receive(message),
        over: (error) => this.#end(error ? { error: eventStoreFailure(action, { error }) } : {}),
      });
      this.#call = call;
      if (this.#over) call.cancel();
      else if (this.#paused) call.pause();
    } catch (error) {
      this.#end({ error: connectFailure(action, error) });
    }
  }

  #receive(answer: Uint8Array): void {
    if (this.#over) return;
    const message = this.#read(answer);
    if (!message) return;
    this.#messages.push(message);
    if (message.kind === "event") this.#bytes += message.event.bytes;
    this.#stirred.resolve();
    if (this.#messages.length < maxMessages && this.#bytes < maxBytes) return;
    this.#paused = true;
    this.#call?.pause();
  }

  #read(answer: Uint8Array): FeedMessage | undefined {
    try {
      return readAnswer(answer);
    } catch (error) {
      // In the middle of the client's own work there is nobody to catch it.
      this.#end({ error });
      return undefined;
    }
  }

  #end(over: { readonly error?: unknown }): void {
    if (this.#over) return;
    this.#over = over;
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    this.#call?.cancel();
    this.#stirred.resolve();
  }

  async #arrival(withinMs: number): Promise<void> {
    this.#stirred = Promise.withResolvers();
    const { clock } = this.#options;
    const cancelTimer = withinMs === Infinity
      ? undefined
      : clock.after(withinMs, this.#stirred.resolve);
    await this.#stirred.promise;
    cancelTimer?.();
    // The rest of what has come over the wire together is handed over in the same turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
  }
}
