import type { Benchmark, BenchmarkCase, Measurement, OpenBenchmark } from "./benchmark.ts";
import { openStoreLoad, type StoreLoad } from "./store_load.ts";
import {
  startEmbeddedStore,
  startStubStore,
  startStubStoreOnDisk,
  type StoreProcess,
} from "./store_process.ts";

const batch = 500;
const crowd = 1_000;

/**
 * The published client in this process and the embedded event store in another one, durable on disk, events of 200
 * bytes. The twin is what the transport gives: the same client and a server that keeps nothing. Beside it is what any
 * durable server could reach on this disk: the twin, writing what it is sent to a file before it acknowledges.
 */
export const eventstoreBench: Benchmark = { name: "eventstore", withoutPeers: true, open };

async function open(): Promise<OpenBenchmark> {
  await using opening = new AsyncDisposableStack();
  const [, headwater] = await connected(opening, startEmbeddedStore);
  const [, twin] = await connected(opening, startStubStore);
  const [, onDisk] = await connected(opening, startStubStoreOnDisk);
  const [crowdedStore, crowded] = await connected(opening, startEmbeddedStore);
  let crowding: Promise<void> | undefined;

  const both = (
    { name, unit }: Pick<BenchmarkCase, "name" | "unit">,
    measurement: (load: StoreLoad) => Measurement,
  ): BenchmarkCase => ({
    name,
    unit,
    headwater: measurement(headwater),
    twin: measurement(twin),
  });
  const durably = (
    described: Pick<BenchmarkCase, "name" | "unit">,
    measurement: (load: StoreLoad) => Measurement,
  ): BenchmarkCase => ({
    ...both(described, measurement),
    others: { "twin on disk": measurement(onDisk) },
  });
  /** The subscribers come when they are wanted: they would disturb the cases before. */
  const inCrowd = (measurement: Measurement): Measurement => async (ms) => {
    await (crowding ??= crowded.subscribe(crowd));
    return await measurement(ms);
  };
  const alone = headwater.appends({ inFlight: 64 });
  const beside = crowded.appends({ inFlight: 64 });

  const cases = [
    durably({ name: "sequential", unit: "appends/s" }, (load) => load.appends({ inFlight: 1 })),
    durably({ name: "64 in flight", unit: "appends/s" }, (load) => load.appends({ inFlight: 64 })),
    durably(
      { name: `batches of ${batch}`, unit: "events/s" },
      (load) => load.appends({ inFlight: 1, events: batch }),
    ),
    durably(
      { name: `batches of ${batch}, 4 in flight`, unit: "events/s" },
      (load) => load.appends({ inFlight: 4, events: batch }),
    ),
    both(
      { name: "server's processor, 64 in flight", unit: "µs/event" },
      (load) => load.cpuOfAppends({ inFlight: 64 }),
    ),
    both(
      { name: `server's processor, batches of ${batch}`, unit: "µs/event" },
      (load) => load.cpuOfAppends({ inFlight: 1, events: batch }),
    ),
    both({ name: "readStream", unit: "events/s" }, (load) => load.readStream),
    both({ name: "readAll", unit: "events/s" }, (load) => load.readAll),
    durably(
      { name: "append to subscriber, p50", unit: "ms p50" },
      (load) => load.appendToSubscriber(0.5),
    ),
    durably(
      { name: "append to subscriber, p99", unit: "ms p99" },
      (load) => load.appendToSubscriber(0.99),
    ),
    {
      name: `64 in flight beside ${crowd} subscriptions`,
      unit: "of the rate without",
      headwater: inCrowd(async (ms) => await beside(ms / 2) / await alone(ms / 2)),
    },
    {
      name: `server memory with ${crowd} subscriptions`,
      unit: "MB RSS",
      summary: "max",
      headwater: inCrowd(async () => (await crowdedStore.stats()).memory),
    },
  ] satisfies readonly BenchmarkCase[];
  const opened = opening.move();
  return { cases, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

async function connected(
  stack: AsyncDisposableStack,
  start: () => Promise<StoreProcess>,
): Promise<readonly [StoreProcess, StoreLoad]> {
  const store = stack.use(await start());
  return [store, stack.use(await openStoreLoad(store))];
}
