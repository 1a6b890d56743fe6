import {
  type GrpcServerOptions,
  ProtobufWriter,
  readBatchChunk,
  readReadRequest,
  serverFeatures,
  serverStats,
  startGrpcServer,
  writeBatchResponse,
  writeCaughtUp,
  writeConfirmation,
  writeEventResponse,
} from "@headwater/event-store/testing";
import { silentLog } from "@headwater/core";

type Services = GrpcServerOptions["services"];
type Rpc = Services extends ReadonlyMap<string, infer Value> ? Value : never;
type Call = Parameters<Rpc>[0];

/** As many as the embedded store sends in one write. */
const pageEvents = 512;
const diskBytes = 8 * 1024 * 1024;
const subscribers = new Set<Call>();
const pages = new Map<number, Uint8Array>();
let acknowledged = 0;

/**
 * Acknowledges what it is sent, tells its subscribers of each batch, and serves the same event for ever. It keeps nothing;
 * with a file, what it acknowledges was written there and the disk has it, as a log must do at the very least.
 */
async function serveStub(path: string | undefined): Promise<void> {
  using disk = path === undefined ? undefined : openDisk(path);
  const streams: Services = new Map([
    ["/event_store.client.streams.Streams/BatchAppend", (call) => batchAppend(call, disk)],
    ["/event_store.client.streams.Streams/Read", read],
  ]);
  await using server = await startGrpcServer({
    host: "127.0.0.1",
    port: 0,
    services: new Map([...streams, ...serverFeatures(streams.keys())]),
    http1: (_request, response) =>
      void response.end(
        JSON.stringify(serverStats(() => ({ head: acknowledged }))()),
      ),
    logger: silentLog,
  });
  const line = `esdb://127.0.0.1:${server.port}?tls=false\n`;
  Deno.stdout.writeSync(new TextEncoder().encode(line));
  // Whoever started it ends it by closing this
  for await (const _ of Deno.stdin.readable);
}

async function batchAppend(call: Call, disk: Disk | undefined): Promise<void> {
  const writer = new ProtobufWriter();
  await call.receive((messages) => {
    disk?.write(messages);
    for (const message of messages) {
      const { correlationId, proposed, isFinal } = readBatchChunk(message);
      acknowledged += proposed.length;
      if (!isFinal) continue;
      for (const subscriber of subscribers) subscriber.write(page(1));
      const appended = { revision: acknowledged, position: acknowledged };
      writeBatchResponse(writer, {
        batch: { correlationId, stream: "stub", expected: "any" },
        answer: { appended },
      });
    }
    if (writer.length > 0 && !call.write(writer.take())) return call.drained();
    return undefined;
  });
}

async function read(call: Call): Promise<void> {
  const { count } = readReadRequest(await call.first());
  if (count === undefined) return await subscribe(call);
  for (let left = count; left > 0; left -= pageEvents) {
    if (!call.write(page(Math.min(left, pageEvents)))) await call.drained();
  }
}

async function subscribe(call: Call): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  call.signal.addEventListener("abort", () => reject(call.signal.reason), { once: true });
  const writer = new ProtobufWriter();
  writeConfirmation(writer, crypto.randomUUID());
  writeCaughtUp(writer, { at: new Date() });
  call.write(writer.take());
  subscribers.add(call);
  try {
    await promise;
  } finally {
    subscribers.delete(call);
  }
}

/** So many events, encoded once. */
function page(events: number): Uint8Array {
  let encoded = pages.get(events);
  if (!encoded) {
    const writer = new ProtobufWriter();
    const id = crypto.randomUUID();
    const event = {
      position: 4711,
      stream: "order-4711",
      revision: 4711,
      id,
      type: "OrderPlaced",
      recordedAt: Date.now(),
      data: JSON.stringify({ orderId: id, text: "x".repeat(140) }),
      metadata: "",
      json: 2,
    } as const;
    for (let number = 0; number < events; number++) {
      writeEventResponse(writer, { resolved: { event, link: undefined }, uuidForm: "structured" });
    }
    pages.set(events, encoded = writer.take());
  }
  return encoded;
}

type Disk = Disposable & { write(messages: readonly Uint8Array[]): void };

/** Writes over the same blocks again and again, as a write-ahead log does. */
function openDisk(path: string): Disk {
  const file = Deno.openSync(path, { create: true, write: true });
  file.writeSync(new Uint8Array(diskBytes));
  file.syncSync();
  let at = diskBytes;
  return {
    write(messages) {
      const bytes = messages.reduce((sum, { length }) => sum + length, 0);
      if (at + bytes > diskBytes) at = file.seekSync(0, Deno.SeekMode.Start);
      for (const message of messages) at += file.writeSync(message);
      file.syncDataSync();
    },
    [Symbol.dispose]: () => file.close(),
  };
}

if (import.meta.main) await serveStub(Deno.args[0]);
