import {
  EventStoreDBClient,
  jsonEvent,
  type PersistentSubscriptionToAll,
  type PersistentSubscriptionToStream,
  type PersistentSubscriptionToStreamSettings,
  persistentSubscriptionToStreamSettingsFromDefaults,
  START,
} from "@eventstore/db-client";
import { silentLog } from "@headwater/core";
import { openSqliteStore } from "../log/sqlite_store.ts";
import { EventStore } from "../projected/event_store.ts";
import { serveStore } from "./serve_store.ts";
import { startPersistentSubscriptions } from "../rpc/persistent_subscriptions_service.ts";

type Subscription = PersistentSubscriptionToStream | PersistentSubscriptionToAll;

/** What a consumer gets, as the client shows it. */
export type Received = {
  readonly event?: {
    readonly id: string;
    readonly type: string;
    readonly streamId: string;
    readonly revision: bigint;
  };
  readonly link?: { readonly id: string; readonly streamId: string; readonly revision: bigint };
  readonly retryCount: number;
  readonly commitPosition?: bigint;
};

type ConsumeOptions = { readonly stream?: string; readonly bufferSize?: number };

/** The published client, connected to some server. */
export type GroupClient = AsyncDisposable & {
  readonly client: EventStoreDBClient;
  /** Appends events of these types. */
  append(stream: string, ...types: string[]): Promise<void>;
  /** Connects to a group; without a stream, to one on the whole log. */
  consume(group: string, options?: ConsumeOptions): TestConsumer;
};

/** A server with persistent subscriptions, and its client. */
export type GroupTestBed = GroupClient & { readonly store: EventStore; readonly port: number };

export async function groupTestBed(path = ":memory:"): Promise<GroupTestBed> {
  const logger = silentLog;
  const sqlite = openSqliteStore({ path });
  const store = new EventStore(sqlite, { standardProjections: true });
  await store.prepare();
  const subscriptions = await startPersistentSubscriptions(store, { logger, tickMs: 10 });
  const server = await serveStore(store, subscriptions.rpcs);
  const client = groupClient(server.port);
  return {
    ...client,
    store,
    port: server.port,
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      await subscriptions[Symbol.asyncDispose]();
      await sqlite[Symbol.asyncDispose]();
    },
  };
}

export function groupClient(port: number): GroupClient {
  const client = EventStoreDBClient.connectionString(`esdb://127.0.0.1:${port}?tls=false`);
  return {
    client,
    async append(stream, ...types) {
      await client.appendToStream(stream, types.map((type) => jsonEvent({ type, data: {} })));
    },
    consume: (group, { stream, bufferSize = 10 } = {}) =>
      new TestConsumer(
        stream === undefined
          ? client.subscribeToPersistentSubscriptionToAll(group, { bufferSize })
          : client.subscribeToPersistentSubscriptionToStream(stream, group, { bufferSize }),
      ),
    async [Symbol.asyncDispose]() {
      await client.dispose();
      await closeChannel(client);
    },
  };
}

/** The client leaves it open, and its timers with it. */
async function closeChannel(client: EventStoreDBClient): Promise<void> {
  const { getChannel } = client as unknown as { getChannel(): Promise<{ close(): void }> };
  (await getChannel()).close();
}

/** From the start, with every acknowledgement a checkpoint. */
export function settings(
  changes: Partial<PersistentSubscriptionToStreamSettings> = {},
): PersistentSubscriptionToStreamSettings {
  return persistentSubscriptionToStreamSettingsFromDefaults({
    startFrom: START,
    checkPointUpperBound: 1,
    ...changes,
  });
}

/** Takes messages one by one, in the order in which they came. */
export class TestConsumer implements AsyncDisposable {
  readonly subscription: Subscription;
  readonly received: Received[] = [];
  readonly #ended = Promise.withResolvers<unknown>();
  readonly #confirmed = Promise.withResolvers<void>();
  #taken = 0;
  #wake = () => {};

  constructor(subscription: Subscription) {
    this.subscription = subscription;
    subscription.on("data", (message) => {
      this.received.push(message as Received);
      this.#wake();
    });
    subscription.on("confirmation", () => this.#confirmed.resolve());
    subscription.on("error", (error) => {
      this.#ended.resolve(error);
      this.#confirmed.resolve();
    });
  }

  /** When the server has said that it stands; also when it failed. */
  get confirmed(): Promise<void> {
    return this.#confirmed.promise;
  }

  /** Resolves with the error that ended it. */
  get ended(): Promise<unknown> {
    return this.#ended.promise;
  }

  /** The next so many. */
  async take(count: number): Promise<Received[]> {
    const limit = performance.now() + 20_000;
    while (this.received.length < this.#taken + count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      const timer = setTimeout(resolve, 20_000);
      await promise;
      clearTimeout(timer);
      if (performance.now() > limit) {
        throw new Error(`Cannot take ${count} messages: ${this.received.length} came in all`);
      }
    }
    const taken = this.received.slice(this.#taken, this.#taken + count);
    this.#taken += count;
    return taken;
  }

  async ack(messages: readonly Received[]): Promise<void> {
    await this.subscription.ack(...messages as never[]);
  }

  async nack(
    action: "park" | "retry" | "skip" | "stop",
    messages: readonly Received[],
  ): Promise<void> {
    await this.subscription.nack(action, "for a reason", ...messages as never[]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.subscription.unsubscribe();
  }
}

export function typesOf(messages: readonly Received[]): (string | undefined)[] {
  return messages.map(({ event }) => event?.type);
}
