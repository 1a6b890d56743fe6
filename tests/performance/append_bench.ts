import { fdatasync } from "node:fs";
import { promisify } from "node:util";
import { type EventLogOptions, openEventLog } from "@headwater/event-store";
import type { EventLog, eventLog } from "@headwater/core";
import { AppendTwin, type TwinAppend } from "./append_twin.ts";
import type { Benchmark, BenchmarkCase, Measurement, OpenBenchmark } from "./benchmark.ts";
import { longestStall, percentile, ratePerSecond } from "./measure.ts";

const syncData = promisify(fdatasync);

const streams = 10_000;
const batch = 100;
/** What a network's disk takes for a flush. */
const slowMs = 10;

/** This machine's disk, and then some; the log has found it slow before. */
const slowDisk: EventLogOptions["disk"] = {
  now: foreverLater(),
  async sync(file) {
    await syncData(file);
    await new Promise((resolve) => setTimeout(resolve, slowMs));
  },
};

/** Appends to a file in a temp directory: events of about 200 bytes of data, to 10,000 streams in turn. */
export const appendBench: Benchmark = { name: "append", open };

async function open(): Promise<OpenBenchmark> {
  const folder = await Deno.makeTempDir({ prefix: "headwater-bench-" });
  const log = openEventLog({ path: `${folder}/headwater.db` });
  const twin = new AppendTwin(`${folder}/twin.db`);
  const slow = openEventLog({ path: `${folder}/slow.db`, disk: slowDisk });
  return {
    cases: [
      ...[1, 10, 64].map((inFlight): BenchmarkCase => ({
        name: inFlight === 1 ? "sequential" : `${inFlight} in flight`,
        unit: "appends/s",
        headwater: (ms) => ratePerSecond(() => append(log, 1), { ms, inFlight }),
        twin: (ms) => twinRate(twin, { ms, appends: inFlight, events: 1 }),
      })),
      {
        name: `batches of ${batch}`,
        unit: "events/s",
        headwater: async (ms) =>
          batch * await ratePerSecond(() => append(log, batch), { ms, inFlight: 1 }),
        twin: (ms) => twinRate(twin, { ms, appends: 1, events: batch }),
      },
      {
        name: "event-loop stall, 64 in flight",
        unit: "ms max",
        summary: "max",
        headwater: (ms) =>
          longestStall(() => ratePerSecond(() => append(log, 1), { ms, inFlight: 64 })),
        twin: (ms) => longestStall(() => twinRate(twin, { ms, appends: 64, events: 1 })),
      },
      {
        name: `event-loop stall, 64 in flight, a disk of ${slowMs} ms`,
        unit: "ms max",
        summary: "max",
        headwater: (ms) =>
          longestStall(() => ratePerSecond(() => append(slow, 1), { ms, inFlight: 64 })),
        twin: (ms) => longestStall(() => slowTwinRate(twin, { ms, appends: 64, events: 1 })),
      },
      ...[1, 64].map((inFlight): BenchmarkCase => ({
        name: `${inFlight} in flight, a disk of ${slowMs} ms`,
        unit: "appends/s",
        headwater: (ms) => ratePerSecond(() => append(slow, 1), { ms, inFlight }),
        twin: (ms) => slowTwinRate(twin, { ms, appends: inFlight, events: 1 }),
      })),
      ...[["p50", 0.5], ["p99", 0.99]].map(([name, share]): BenchmarkCase => ({
        name: `append to subscriber, ${name}`,
        unit: `ms ${name}`,
        headwater: appendToSubscriber(log, share as number),
      })),
    ],
    async [Symbol.asyncDispose]() {
      await log[Symbol.asyncDispose]();
      await slow[Symbol.asyncDispose]();
      twin[Symbol.dispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Where each stream of a log ends, once all that was sent is there. */
const ends = new WeakMap<EventLog, Map<string, number>>();

function append(log: EventLog, events: number): Promise<unknown> {
  const known = ends.getOrInsertComputed(log, () => new Map());
  const stream = nextStream();
  const end = known.get(stream);
  known.set(stream, (end ?? -1) + events);
  return log.append(stream, newEvents(events), { expected: end ?? "no-stream" });
}

/** Gives the event loop a turn after each transaction, as whoever serves anything must. */
async function twinRate(
  twin: AppendTwin,
  { ms, appends, events, flushed }: {
    ms: number;
    appends: number;
    events: number;
    /** Called after each commit. */
    flushed?: () => void;
  },
): Promise<number> {
  const transactions = await ratePerSecond(() => {
    twin.write(Array.from({ length: appends }, (): TwinAppend => ({
      stream: nextStream(),
      events: newEvents(events),
    })));
    flushed?.();
    return new Promise<void>((resolve) => setImmediate(resolve));
  }, { ms, inFlight: 1 });
  return transactions * appends * events;
}

/** The driver waits for the disk, and the event loop with it. */
function slowTwinRate(
  twin: AppendTwin,
  work: { ms: number; appends: number; events: number },
): Promise<number> {
  return twinRate(twin, { ...work, flushed: () => Atomics.wait(blocked, 0, 0, slowMs) });
}

function foreverLater(): () => number {
  let ms = 0;
  return () => ms += slowMs;
}

/** From the call of `append` until a live subscriber holds the event. */
function appendToSubscriber(log: EventLog, share: number): Measurement {
  return async (ms) => {
    const controller = new AbortController();
    const { signal } = controller;
    const latencies: number[] = [];
    let sentAt = 0;
    const end = performance.now() + ms;
    for await (const { events } of log.subscribe({ after: await log.head(), signal })) {
      const now = performance.now();
      if (events.length > 0) latencies.push(now - sentAt);
      if (now > end) break;
      sentAt = now;
      append(log, 1);
    }
    return percentile(latencies, share);
  };
}

const blocked = new Int32Array(new SharedArrayBuffer(4));

let streamsUsed = 0;

function nextStream(): string {
  return `order-${streamsUsed++ % streams}`;
}

function newEvents(count: number): eventLog.NewEvent[] {
  return Array.from({ length: count }, () => {
    const id = crypto.randomUUID();
    return {
      id,
      type: "OrderPlaced",
      data: {
        orderId: id,
        customerId: "customer-4711",
        currency: "EUR",
        lines: [{ sku: "SKU-1", quantity: 2, unitPrice: 1999 }, {
          sku: "SKU-2",
          quantity: 1,
          unitPrice: 4999,
        }],
        paymentMethod: "pm_ok",
      },
      metadata: {
        $correlationId: id,
        $causationId: id,
        commandId: id,
        commandHash: "zYQ0nHqY0o5bY3n1h3p5v1J6c2x8m4k7r9s0t1u2v3w",
        schemaVersion: 1,
      },
    };
  });
}
