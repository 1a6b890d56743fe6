import { once } from "node:events";
import {
  EventStoreDBClient,
  FORWARDS,
  jsonEvent,
  type JSONEventData,
  START,
  streamNameFilter,
} from "@eventstore/db-client";
import type { Measurement } from "./benchmark.ts";
import { percentile, ratePerSecond } from "./measure.ts";
import type { StoreProcess } from "./store_process.ts";

/** What the published client does with a server. All of it checks that what it counts was really stored or read. */
export type StoreLoad = AsyncDisposable & {
  appends(options: Appending): Measurement;
  /** Of the server's processors, for each event: µs. */
  cpuOfAppends(options: Appending): Measurement;
  readStream: Measurement;
  readAll: Measurement;
  /** From the call that appends until a live subscriber holds the event. */
  appendToSubscriber(share: number): Measurement;
  /** Opens subscriptions that wait for what is never written, until the end. */
  subscribe(count: number): Promise<void>;
};

type Appending = { readonly inFlight: number; readonly events?: number };

const streams = 10_000;
const readEvents = 20_000;
const readFrom = "seed-1";
const subscriptionsPerClient = 100;
const batchEvents = 500;

/** Connects to a server, and writes what will be read. */
export async function openStoreLoad(store: StoreProcess): Promise<StoreLoad> {
  const clients = [connect(store)];
  const client = clients[0]!;
  const subscriptions: { unsubscribe(): Promise<void> }[] = [];
  for (let written = 0; written < readEvents; written += batchEvents) {
    await client.appendToStream(readFrom, newEvents(batchEvents));
  }

  /** Events a second of whole reads. */
  async function read(open: () => AsyncIterable<unknown>, ms: number): Promise<number> {
    const reads = await ratePerSecond(async () => {
      let received = 0;
      for await (const _ of open()) received++;
      requireCount("read", { received, expected: readEvents });
    }, { ms, inFlight: 1 });
    return reads * readEvents;
  }

  async function subscribe(number: number): Promise<void> {
    if (number % subscriptionsPerClient === 0) clients.push(connect(store));
    const own = clients.at(-1)!;
    const subscription = number % 2 === 0
      ? own.subscribeToStream(`quiet-${number}`, { fromRevision: START })
      : own.subscribeToAll({
        fromPosition: "end",
        filter: streamNameFilter({ prefixes: [`quiet-${number}`], checkpointInterval: 32 }),
      });
    subscriptions.push(subscription);
    subscription.resume();
    await once(subscription, "confirmation");
  }

  async function append(ms: number, { inFlight, events = 1 }: Appending) {
    const before = await store.stats();
    let appended = 0;
    const rate = await ratePerSecond(async () => {
      await client.appendToStream(nextStream(), newEvents(events));
      appended += events;
    }, { ms, inFlight });
    const after = await store.stats();
    requireCount("append", { received: after.head - before.head, expected: appended });
    return { rate: rate * events, cpu: (after.cpu - before.cpu) / appended };
  }

  return {
    appends: (options) => async (ms) => (await append(ms, options)).rate,
    cpuOfAppends: (options) => async (ms) => (await append(ms, options)).cpu,
    readStream: (ms) =>
      read(() =>
        client.readStream(readFrom, {
          direction: FORWARDS,
          fromRevision: START,
          maxCount: readEvents,
        }), ms),
    readAll: (ms) =>
      read(
        () => client.readAll({ direction: FORWARDS, fromPosition: START, maxCount: readEvents }),
        ms,
      ),
    appendToSubscriber: (share) => async (ms) => {
      const stream = `watched-${crypto.randomUUID()}`;
      const subscription = client.subscribeToStream(stream, { fromRevision: START });
      const latencies: number[] = [];
      let arrived = Promise.withResolvers<number>();
      subscription.on("data", () => arrived.resolve(performance.now()));
      subscription.on("error", (error) => arrived.reject(error));
      await once(subscription, "confirmation");
      try {
        const end = performance.now() + ms;
        while (performance.now() < end) {
          arrived = Promise.withResolvers();
          const sentAt = performance.now();
          const [arrivedAt] = await Promise.all([
            arrived.promise,
            client.appendToStream(stream, newEvents(1)),
          ]);
          latencies.push(arrivedAt - sentAt);
        }
      } finally {
        // Leaving a loop over it would leave the call open
        await subscription.unsubscribe();
      }
      return percentile(latencies, share);
    },
    async subscribe(count) {
      for (let number = 0; number < count; number++) await subscribe(number);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(subscriptions.map((subscription) => subscription.unsubscribe()));
      await Promise.all(clients.map((one) => one.dispose()));
    },
  };
}

function connect({ connectionString }: StoreProcess): EventStoreDBClient {
  return EventStoreDBClient.connectionString(connectionString);
}

function requireCount(
  what: string,
  { received, expected }: { readonly received: number; readonly expected: number },
): void {
  if (received === expected) return;
  throw new Error(`Cannot ${what} ${expected} events: there are ${received}`);
}

let streamsUsed = 0;

function nextStream(): string {
  return `order-${streamsUsed++ % streams}`;
}

/** Of 200 bytes of data. */
function newEvents(count: number): JSONEventData[] {
  return Array.from({ length: count }, () => {
    const id = crypto.randomUUID();
    return jsonEvent({ id, type: "OrderPlaced", data: { orderId: id, text: "x".repeat(140) } });
  });
}
