import { deepEqual, equal } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import net, { type AddressInfo, type Socket } from "node:net";
import { type EventLog, Unavailable } from "@headwater/core";
import { eventually, within } from "@headwater/testing";
import { Client, credentials, type ServiceError, status } from "@grpc/grpc-js";
import fc from "fast-check";
import { eventStoreDbLog } from "./event_store_db_log.ts";
import { frame, grpcTestBed, newEvent, untilOver } from "@headwater/event-store/testing";
import { startEventStore } from "@headwater/event-store";
import { GoawayFinder, GoawayGuard } from "./goaway_guard.ts";

Deno.test("a goodbye is found where it begins, however the frames are cut", () => {
  const frame = fc.record({ type: fc.nat({ max: 9 }), payload: fc.uint8Array({ maxLength: 40 }) });
  const cuts = fc.infiniteStream(fc.integer({ min: 1, max: 30 }));
  fc.assert(fc.property(fc.array(frame, { maxLength: 10 }), cuts, (frames, lengths) => {
    const bytes = frames.flatMap(frameOf);
    const goodbye = frames.findIndex(({ type }) => type === 7);
    const begins = goodbye < 0 ? Infinity : frames.slice(0, goodbye).flatMap(frameOf).length + 3;
    const finder = new GoawayFinder();
    let at = 0;
    while (at < bytes.length) {
      const end = at + lengths.next().value!;
      const isIn = finder.isIn(Uint8Array.from(bytes.slice(at, end)));
      equal(isIn, at <= begins && begins < end);
      if (isIn) return;
      at = end;
    }
  }));
});

Deno.test({
  name: "a client outlives a server that says goodbye in the middle of calls",
  // The gRPC client leaves timers of up to a second behind for connections that it has given up.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using bed = await grpcTestBed({
      async hang(call) {
        await call.first();
        call.write(frame(new Uint8Array(0)));
        await untilOver(call, []);
      },
    });
    await using proxy = await startProxy(bed.server.port);
    const guarded = new GoawayGuard(credentials.createInsecure());
    const client = new Client(`127.0.0.1:${proxy.port}`, guarded);
    for (let round = 0; round < 5; round++) {
      const calls = Array.from({ length: 40 }, () => openCall(client));
      await within("all calls to begin", Promise.all(calls.map(({ begun }) => begun)));
      proxy.sayGoodbye(0x7fffffff);
      proxy.sayGoodbye(41);
      const ends = await within("all calls to end", Promise.all(calls.map(({ over }) => over)));
      deepEqual(ends, ends.map(() => status.UNAVAILABLE));
    }
    client.close();
  },
});

Deno.test({
  name: "over goodbyes nothing of the log is lost",
  // As above.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using server = await startEventStore({ path: ":memory:", port: 0 });
    await using proxy = await startProxy(server.port);
    await using log = eventStoreDbLog({
      connectionString: `esdb://127.0.0.1:${proxy.port}?tls=false`,
    });
    const seen: number[] = [];
    const stop = new AbortController();
    const { signal } = stop;
    const following = (async () => {
      for await (const { events } of log.subscribe({ after: 0, signal })) {
        seen.push(...events.map(({ position }) => position));
      }
    })();
    const appended: number[] = [];
    for (let round = 0; round < 5; round++) {
      const position = await append(log);
      appended.push(position);
      await eventually("the subscriber sees the event", () => seen.at(-1) === position);
      proxy.sayGoodbye(0x7fffffff);
    }
    const position = await append(log);
    await eventually("the subscriber sees the last event", () => seen.at(-1) === position);
    deepEqual(seen, [...appended, position]);
    stop.abort();
    await within("the subscription to end", following);
  },
});

Deno.test("a log that is closed leaves nothing open, also where the other side does not hang up", async () => {
  await using server = await startEventStore({ path: ":memory:", port: 0 });
  await using proxy = await startProxy(server.port, { hangsUp: false });
  const connectionString = `esdb://127.0.0.1:${proxy.port}?tls=false`;
  const closed = eventStoreDbLog({ connectionString });
  const other = eventStoreDbLog({ connectionString });
  await Promise.all([closed, other].map(append));
  equal(proxy.reach(), 2);
  await closed[Symbol.asyncDispose]();
  await eventually("the end of one connection", () => proxy.reach() === 1);
  await append(other);
  await other[Symbol.asyncDispose]();
  await eventually("the end of the other one", () => proxy.reach() === 0);
});

/** Again and again, as clients of the port do where the log is not available. */
function append(log: EventLog): Promise<number> {
  const events = [newEvent()];
  const stream = `order-${crypto.randomUUID()}`;
  return eventually("an append", async () => {
    try {
      return (await log.append(stream, events, { expected: "no-stream" })).position;
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      return undefined;
    }
  });
}

/** A call that is answered once and then hangs. */
function openCall(client: Client) {
  const begun = Promise.withResolvers<void>();
  const over = Promise.withResolvers<number>();
  const bytes = (message: Buffer) => message;
  client.makeServerStreamRequest("/test.Test/hang", bytes, bytes, Buffer.alloc(0))
    .on("data", () => begun.resolve())
    .on("error", ({ code }: ServiceError) => over.resolve(code));
  return { begun: begun.promise, over: over.promise };
}

/** Between clients and a server on this machine, with whose voice it can say goodbye. */
async function startProxy(port: number, { hangsUp = true } = {}) {
  const clients = new Set<Socket>();
  const listener = net.createServer({ noDelay: true, allowHalfOpen: !hangsUp }, (client) => {
    const upstream = net.connect(port, "127.0.0.1");
    clients.add(client);
    for (const [from, to] of [[client, upstream], [upstream, client]] as const) {
      from.on("error", () => from.destroy());
      from.on("close", () => to.destroy());
      from.pipe(to, { end: hangsUp });
    }
    client.once("close", () => clients.delete(client));
  });
  function send(frame: Frame): void {
    for (const client of clients) client.write(Uint8Array.from(frameOf(frame)));
  }
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  return {
    port: (listener.address() as AddressInfo).port,
    /** How many clients still listen, as far as is known: who is gone is found by talking to them. */
    reach(): number {
      send({ type: 6, payload: new Uint8Array(8) });
      return clients.size;
    },
    /** The server takes no more calls, and forgets those after this one. */
    sayGoodbye(lastStreamId: number) {
      const payload = new Uint8Array(8);
      new DataView(payload.buffer).setUint32(0, lastStreamId);
      send({ type: 7, payload });
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.destroy();
      listener.close();
      await within("the proxy to end", once(listener, "close"));
    },
  };
}

type Frame = { readonly type: number; readonly payload: Uint8Array };

function frameOf({ type, payload }: Frame): number[] {
  return [0, 0, payload.length, type, 0, 0, 0, 0, 0, ...payload];
}
