import { deepEqual, equal } from "node:assert/strict";
import { once } from "node:events";
import net, { type AddressInfo, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type EventLog, Unavailable } from "@headwater/core";
import { eventually, within } from "@headwater/testing";
import { credentials } from "@grpc/grpc-js";
import fc from "fast-check";
import { eventStoreDbLog } from "./event_store_db_log.ts";
import { newEvent } from "@headwater/event-store/testing";
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

Deno.test("a connection ends where the server says goodbye, whatever it would say after that", async () => {
  const greeting = [4, 0, 6].flatMap((type) => frameOf({ type, payload: new Uint8Array(type) }));
  const farewell = frameOf({ type: 7, payload: new Uint8Array(8) });
  const server = net.createServer((client) => {
    client.write(Uint8Array.from(greeting));
    client.once("data", () => client.write(Uint8Array.from([...farewell, ...greeting])));
    client.on("error", () => client.destroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const open = new Set<Duplex>();
  const plain = net.connect((server.address() as AddressInfo).port, "127.0.0.1");
  await once(plain, "connect");
  const guard = new GoawayGuard(credentials.createInsecure(), open);
  const connector = guard._createSecureConnector({ path: "" }, {});
  const { socket } = await connector.connect(plain);
  equal(open.size, 1);
  const received: number[] = [];
  socket.on("data", (chunk: Uint8Array) => {
    received.push(...chunk);
    if (received.length === greeting.length) socket.write("on");
  });
  await within("the end of the connection", once(socket, "close"));
  deepEqual(received, greeting);
  equal(open.size, 0);
  connector.destroy();
  server.close();
  await within("the end of the server", once(server, "close"));
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

/** Between clients and a server on this machine. */
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
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  return {
    port: (listener.address() as AddressInfo).port,
    /** How many clients still listen, as far as is known: who is gone is found by talking to them. */
    reach(): number {
      const ping = frameOf({ type: 6, payload: new Uint8Array(8) });
      for (const client of clients) client.write(Uint8Array.from(ping));
      return clients.size;
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
