import { time } from "@headwater/core";
import { EventStoreDBClient, FORWARDS, jsonEvent, START } from "@eventstore/db-client";
import { openStoreLoad } from "../performance/store_load.ts";
import { startEmbeddedStore, type StoreProcess } from "../performance/store_process.ts";

const limitMb = 500;
const batchEvents = 500;
const inFlight = 4;
const sampleMs = 250;
const slowEvents = 100_000;
const idleReaders = 50;
const idleSubscriptions = 1_000;

const help = `deno task soak event-store [EVENTS]

Fills the embedded event store with EVENTS events of 200 bytes (default: 10000000, some ten minutes), lets one reader
take them all, another one slowly, and many nothing at all, and fails where the server's memory exceeds ${limitMb} MB.
`;

/** `deno task soak event-store`. Resolves with the exit code: 0 flat, 1 not, 2 not understood. */
export async function soakEventStore(
  [count = "10000000", ...others]: readonly string[],
): Promise<number> {
  if (count === "--help" || !/^\d+$/.test(count) || others.length > 0) {
    print(help);
    return count === "--help" ? 0 : 2;
  }
  const events = Math.ceil(Number(count) / batchEvents) * batchEvents;
  await using store = await startEmbeddedStore();
  const client = EventStoreDBClient.connectionString(store.connectionString);
  const stages: readonly [name: string, run: () => Promise<unknown>][] = [
    [`${events} events written, ${inFlight} batches in flight`, () => fill(client, events)],
    ["a reader takes them all", () => readAll(client, events)],
    [`a slow reader takes ${Math.min(events, slowEvents)}`, () => readSlowly(client, events)],
    [`${idleReaders} readers and as many subscriptions take nothing`, () => readNothing(client)],
    [`${idleSubscriptions} subscriptions wait`, () => subscribe(store)],
  ];
  let most = 0;
  for (const [name, run] of stages) {
    const start = performance.now();
    const megabytes = await mostMemory(store, run);
    const seconds = (performance.now() - start) / 1000;
    print(`${name}: ${seconds.toFixed(1)} s, the server at most ${Math.round(megabytes)} MB\n`);
    most = Math.max(most, megabytes);
  }
  await client.dispose();
  if (most <= limitMb) return 0;
  print(`The server took ${Math.round(most)} MB, ${limitMb} MB are allowed\n`);
  return 1;
}

/** The most memory that the server had meanwhile, in MB. */
async function mostMemory(store: StoreProcess, run: () => Promise<unknown>): Promise<number> {
  let most = 0;
  const look = async () => most = Math.max(most, (await store.stats()).memory);
  const samples: Promise<unknown>[] = [];
  const sampling = setInterval(() => samples.push(look()), sampleMs);
  try {
    await run();
  } finally {
    clearInterval(sampling);
  }
  await Promise.all([...samples, look()]);
  return most;
}

async function fill(client: EventStoreDBClient, events: number): Promise<void> {
  let begun = 0;
  async function goOn(): Promise<void> {
    while (begun < events) {
      begun += batchEvents;
      await client.appendToStream(
        `soak-${begun % 100_000}`,
        Array.from(
          { length: batchEvents },
          () => jsonEvent({ type: "Soaked", data: { text: "x".repeat(188) } }),
        ),
      );
    }
  }
  await Promise.all(Array.from({ length: inFlight }, goOn));
}

async function readAll(client: EventStoreDBClient, events: number): Promise<void> {
  let read = 0;
  const all = client.readAll({ direction: FORWARDS, fromPosition: START });
  for await (const { event } of all) if (event?.type === "Soaked") read++;
  if (read !== events) throw new Error(`Cannot read ${events} events: there are ${read}`);
}

async function readSlowly(client: EventStoreDBClient, events: number): Promise<void> {
  const maxCount = Math.min(events, slowEvents);
  let read = 0;
  const all = client.readAll({ direction: FORWARDS, fromPosition: START, maxCount });
  for await (const _ of all) if (++read % 1_000 === 0) await time.pause(100);
}

/** Each takes one event and leaves the rest to wait: long enough for the server to send what it can. */
async function readNothing(client: EventStoreDBClient): Promise<void> {
  const open = Array.from({ length: idleReaders }, () => [
    client.readAll({ direction: FORWARDS, fromPosition: START }),
    client.subscribeToAll({ fromPosition: START }),
  ]).flat();
  await Promise.all(open.map((stream) =>
    new Promise<void>((resolve, reject) => {
      stream.once("error", reject);
      stream.once("data", () => {
        stream.pause();
        resolve();
      });
    })
  ));
  await time.pause(5_000);
  for (const stream of open) {
    stream.removeAllListeners("error").on("error", () => {});
    stream.destroy();
  }
}

async function subscribe(store: StoreProcess): Promise<void> {
  await using load = await openStoreLoad(store);
  await load.subscribe(idleSubscriptions);
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}
