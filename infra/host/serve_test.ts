import assert from "node:assert/strict";
import { type Service, silentLog, time } from "@headwater/core";
import { edge } from "@headwater/http";
import { eventually, within } from "@headwater/testing";
import { serve, type Server } from "./serve.ts";
import { keptAliveClients } from "./testing/kept_alive_clients.ts";

const patient = 60_000;

function serving(service: Service, { lingerMs = patient, port = 0 } = {}): Server {
  return serve(service, { host: "127.0.0.1", port, lingerMs, logger: silentLog });
}

function saying(text: string): Service {
  return () => Promise.resolve(new Response(text));
}

function ended(server: Server): Promise<void> {
  return within("the server to end", Promise.resolve(server[Symbol.asyncDispose]()));
}

Deno.test("a port that somebody has is named, and who listens there goes on", async () => {
  await using first = serving(saying("first"), { lingerMs: 0 });
  const { port } = new URL(first.url);
  assert.throws(() => serving(saying("second"), { port: Number(port) }), {
    message:
      `Cannot listen on "127.0.0.1:${port}": another process has that port, say another with --port`,
  });
  const answer = await within("the first one to answer", fetch(first.url));
  assert.equal(await answer.text(), "first");
});

for (
  const [what, pauseMs, service] of [
    ["at once", 0, saying("hello")],
    ["after a pause", 40, saying("hello")],
    ["slowly served", 0, async () => {
      await time.pause(30);
      return new Response("hello");
    }],
  ] as const
) {
  Deno.test(`while 24 clients ask again ${what}, none goes without its answer until nobody listens`, async () => {
    const server = serving(service);
    const requestOf = () => ({ line: "GET /" });
    const clients = keptAliveClients({ url: server.url, count: 24, requestOf, pauseMs });
    // Who comes for the first time while the server leaves has nothing to be told
    await eventually("answers", () => clients.fate.served === 24 && clients.fate.answered > 100);
    await ended(server);
    const { unanswered, told } = await within("the clients", clients.refused());
    assert.equal(unanswered, 0);
    assert.ok(told >= 24, `${told} connections were told`);
  });
}

Deno.test("uploads under way are read, answered and told", async () => {
  const server = serving(async (request) => new Response(await request.text()));
  const body = "x".repeat(100_000);
  const requestOf = () => ({ line: "POST /", body });
  const clients = keptAliveClients({ url: server.url, count: 8, requestOf });
  await eventually("answers", () => clients.fate.served === 8 && clients.fate.answered > 20);
  await ended(server);
  assert.equal((await within("the clients", clients.refused())).unanswered, 0);
});

Deno.test("who asked of late is waited for until it has been told, and not longer", async () => {
  const server = serving(saying("hello"));
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: portOf(server) });
  assert.doesNotMatch(await ask(connection), /connection: close/i);
  const end = ended(server);
  assert.match(await ask(connection), /connection: close/i);
  await end;
  assert.equal(await connection.read(new Uint8Array(1)), null);
});

Deno.test("who asked of late and does not any more is waited for no longer than is said", async () => {
  const server = serving(saying("hello"), { lingerMs: 50 });
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: portOf(server) });
  await ask(connection);
  await ended(server);
  assert.equal(await connection.read(new Uint8Array(1)), null);
});

Deno.test("a server that nobody asked anything ends, whoever is connected", async () => {
  const server = serving(saying("hello"));
  using _connection = await Deno.connect({ hostname: "127.0.0.1", port: portOf(server) });
  await ended(server);
});

Deno.test("a request that hangs is answered when the server leaves, which then ends", async () => {
  const asked = Promise.withResolvers<void>();
  const server = serving(() => {
    asked.resolve();
    return new Promise<Response>(() => {});
  }, { lingerMs: 50 });
  const answer = fetch(server.url);
  await within("the request", asked.promise);
  await ended(server);
  const response = await within("the answer", answer);
  await response.body?.cancel();
  assert.equal(response.status, 503);
});

Deno.test("an answer that never ends holds no server up", async () => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const server = serving(() => Promise.resolve(new Response(readable)), { lingerMs: 50 });
  const answer = await within("the head", fetch(server.url));
  await ended(server);
  await writable.close();
  assert.equal(await within("the rest", answer.text()), "");
});

function portOf({ url }: Server): number {
  return Number(new URL(url).port);
}

async function ask(connection: Deno.TcpConn): Promise<string> {
  await connection.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  const bytes = new Uint8Array(1_000);
  const count = await within("an answer", connection.read(bytes));
  return new TextDecoder().decode(bytes.subarray(0, count ?? 0));
}

Deno.test("a service learns from where a request came, from a proxy only where that is trusted", async () => {
  const service: Service = (request) =>
    Promise.resolve(new Response(edge.clientAddressOf(request)));
  for (
    const [trusted, address] of [[[], "127.0.0.1"], [["127.0.0.0/8"], "198.51.100.7"]] as const
  ) {
    const options = { host: "127.0.0.1", port: 0, lingerMs: 0, logger: silentLog };
    await using server = serve(service, { ...options, trustedProxies: trusted });
    const headers = { "X-Forwarded-For": "203.0.113.9, 198.51.100.7", "Connection": "close" };
    assert.equal(await (await fetch(server.url, { headers })).text(), address);
  }
});
