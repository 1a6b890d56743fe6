import { silentLog } from "@headwater/core";
import { gateway as defineGateway, readRouteTable } from "@headwater/gateway";
import { openGateway } from "@headwater/gateway/testing";
import { within } from "@headwater/testing";
import assert from "node:assert/strict";
import { serve } from "../serve.ts";
import { upstreamSender } from "./upstream.ts";

type Script = (connection: Deno.Conn) => Promise<void>;

const encoder = new TextEncoder();

/** Writes what is no answer, or half of one, once it has heard a request. */
function saying(...parts: readonly string[]): Script {
  return async (connection) => {
    for (const part of parts) await connection.write(encoder.encode(part));
  };
}

/** An upstream that does to each connection what it is told to, and a gateway before it that listens. */
function setUp(script: Script, { timeoutMs = 30_000, bodyMs = 300 } = {}) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let current = script;
  const serving = (async () => {
    const all: Promise<void>[] = [];
    for await (const connection of listener) {
      all.push((async () => {
        const bytes = new Uint8Array(4_096);
        const count = await connection.read(bytes).catch(() => null);
        try {
          if (count !== null) await current(connection);
        } catch {
          // The gateway has hung up
        } finally {
          connection.close();
        }
      })());
    }
    await Promise.all(all);
  })();
  const send = upstreamSender();
  const table = readRouteTable(
    JSON.stringify({
      upstreams: { legacy: { url: `http://127.0.0.1:${listener.addr.port}`, timeoutMs } },
      routes: [{ method: "*", path: "/old/*", upstream: "legacy" }],
    }),
    { routes: [], pages: [] },
  );
  const { gateway } = openGateway(() => Promise.resolve(new Response("{}")), {
    createGateway: defineGateway({ pages: [], bodyMs }),
    upstreams: { table: () => table, send },
  });
  const server = serve(gateway, { host: "127.0.0.1", port: 0, lingerMs: 0, logger: silentLog });
  return {
    url: `${server.url}/old/x`,
    /** Whatever was before, the next request is fine. */
    async thenFine(): Promise<void> {
      current = saying("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nfine");
      assert.equal(await (await fetch(`${server.url}/old/x`)).text(), "fine");
      assert.equal(await (await fetch(`${server.url}/api/things/1`)).text(), "{}");
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      send[Symbol.dispose]();
      listener.close();
      await serving;
    },
  };
}

const ok = "HTTP/1.1 200 OK\r\n";

for (
  const [what, script, status, code] of [
    ["hangs up", saying(), 503, "upstream-answer-lost"],
    ["is no server at all", saying("SSH-2.0-OpenSSH_9.2\r\n"), 503, "upstream-answer-lost"],
    [
      "has no length but two",
      saying(`${ok}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc`),
      503,
      "upstream-answer-lost",
    ],
    [
      "has a length that is none",
      saying(`${ok}Content-Length: many\r\n\r\nabc`),
      503,
      "upstream-answer-lost",
    ],
    ["sends half a head", saying(`${ok}X-Half:`), 503, "upstream-answer-lost"],
    [
      "has a status that is none",
      saying("HTTP/1.1 999 Odd\r\nContent-Length: 3\r\n\r\nabc"),
      503,
      "upstream-answer-lost",
    ],
    [
      "changes the protocol, which nobody has asked for",
      saying("HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: odd\r\n\r\n"),
      503,
      "upstream-answer-lost",
    ],
  ] as const
) {
  Deno.test(`an upstream that ${what} is answered for with ${status}`, async () => {
    await using gateway = setUp(script);
    const answer = await within("an answer", fetch(gateway.url));
    assert.equal(answer.status, status);
    assert.equal((await answer.json()).code, code);
    await gateway.thenFine();
  });
}

Deno.test("an upstream that says nothing is answered for in time", async () => {
  const silent = Promise.withResolvers<void>();
  await using gateway = setUp(() => silent.promise, { timeoutMs: 1_000 });
  const answer = await within("an answer", fetch(gateway.url));
  assert.equal(answer.status, 504);
  assert.equal((await answer.json()).code, "deadline-exceeded");
  silent.resolve();
  await gateway.thenFine();
});

for (
  const [what, script] of [
    ["is shorter than it says", saying(`${ok}Content-Length: 100\r\n\r\nshort`)],
    [
      "has a chunk of no size",
      saying(`${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nshort\r\nzz\r\n`),
    ],
    ["ends in the middle of a chunk", saying(`${ok}Transfer-Encoding: chunked\r\n\r\n50\r\nshort`)],
  ] as const
) {
  Deno.test(`an answer that ${what} breaks off for the client, too: it must not look whole`, async () => {
    await using gateway = setUp(script);
    await assert.rejects(
      within("the end", (async () => await (await fetch(gateway.url)).text())()),
      TypeError,
    );
    await gateway.thenFine();
  });
}

Deno.test("an answer that stands still breaks off in time", async () => {
  const still = Promise.withResolvers<void>();
  await using gateway = setUp(async (connection) => {
    await saying(`${ok}Content-Length: 100\r\n\r\nshort`)(connection);
    await still.promise;
  }, { timeoutMs: 1_000 });
  const answer = await within("an answer", fetch(gateway.url));
  await assert.rejects(within("the end", answer.text()), TypeError);
  still.resolve();
  await gateway.thenFine();
});

Deno.test("what is longer than it says ends where it says", async () => {
  await using gateway = setUp(saying(`${ok}Content-Length: 5\r\n\r\nshort and more`));
  assert.equal(await (await fetch(gateway.url)).text(), "short");
  await gateway.thenFine();
});

Deno.test("50 MB go through", async () => {
  const size = 50 * 1024 * 1024;
  await using gateway = setUp(async (connection) => {
    await connection.write(encoder.encode(`${ok}Content-Length: ${size}\r\n\r\n`));
    const part = new Uint8Array(64 * 1024);
    for (let sent = 0; sent < size;) sent += await connection.write(part.subarray(0, size - sent));
  });
  let received = 0;
  for await (const part of (await fetch(gateway.url)).body!) received += part.byteLength;
  assert.equal(received, size);
  await gateway.thenFine();
});

Deno.test("a client that trickles a long body in is told so, and the upstream is not blamed", async () => {
  const silent = Promise.withResolvers<void>();
  await using gateway = setUp(() => silent.promise);
  for (let request = 0; request < 12; request++) {
    let upload: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({
      start(stream) {
        stream.enqueue(encoder.encode("begun"));
        upload = stream;
      },
    });
    const answer = await within("an answer", fetch(gateway.url, { method: "POST", body }));
    assert.equal(answer.status, 408);
    assert.equal((await answer.json()).code, "body-too-slow");
    upload!.close();
  }
  silent.resolve();
  await gateway.thenFine();
});
