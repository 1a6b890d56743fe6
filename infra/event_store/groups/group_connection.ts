import { ConsumerStatistics } from "./consumer_statistics.ts";
import type { GroupError } from "./group_error.ts";
import type { Consumer, Message } from "./message.ts";

/** A client of a group. What it is told waits until it is flushed. */
export type ConsumerClient = {
  /** Address and port. */
  readonly peer: string;
  /** What it calls its connection. */
  readonly name: string | undefined;
  /** Says that it is subscribed, and to what. */
  confirm(subscriptionId: string): void;
  send(message: { readonly message: Message; readonly retries: number }): void;
  /** False: it takes no more until it has `drained`. */
  flush(): boolean;
  /** Rejects when it is gone. */
  drained(): Promise<void>;
};

export type GroupConnectionOptions = {
  readonly client: ConsumerClient;
  /** The subscription's. */
  readonly id: string;
  readonly tracksLatency: boolean;
  /** Called when the client takes more again. */
  readonly hasRoom: () => void;
};

/** A client that takes messages of a group. */
export class GroupConnection {
  readonly consumer: Consumer;
  readonly statistics: ConsumerStatistics;
  readonly client: ConsumerClient;
  readonly #id: string;
  readonly #hasRoom: () => void;
  readonly #ended = Promise.withResolvers<never>();
  #isFlushing = false;

  constructor(consumer: Consumer, options: GroupConnectionOptions) {
    const { client, id, tracksLatency, hasRoom } = options;
    this.consumer = consumer;
    this.client = client;
    this.statistics = new ConsumerStatistics({ tracksLatency });
    this.#id = id;
    this.#hasRoom = hasRoom;
    // Whoever waits for it hears of it
    this.#ended.promise.catch(() => {});
  }

  /** Rejects with what ends it. */
  get ended(): Promise<never> {
    return this.#ended.promise;
  }

  confirm(): void {
    this.client.confirm(this.#id);
    this.#flushSoon();
  }

  send(message: { readonly message: Message; readonly retries: number }): void {
    this.statistics.sent();
    this.client.send(message);
    this.#flushSoon();
  }

  drop(reason: GroupError): void {
    this.#ended.reject(reason);
  }

  /** What is sent in one turn of the event loop goes out together. */
  #flushSoon(): void {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    queueMicrotask(() => {
      this.#isFlushing = false;
      if (!this.client.flush()) void this.#waitForRoom();
    });
  }

  /** While the client does not read, others get what comes. */
  async #waitForRoom(): Promise<void> {
    if (this.consumer.isBlocked) return;
    this.consumer.isBlocked = true;
    try {
      await this.client.drained();
    } catch (error) {
      return this.#ended.reject(error);
    }
    this.consumer.isBlocked = false;
    this.#hasRoom();
  }
}
