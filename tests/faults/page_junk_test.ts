import { gateway as defineGateway, page } from "@headwater/gateway";
import { openGateway } from "@headwater/gateway/testing";
import { httpClient } from "@headwater/host";
import { createResilientClient } from "@headwater/resilience";
import { within } from "@headwater/testing";
import assert from "node:assert/strict";

type Script = (connection: Deno.Conn) => Promise<void>;

const encoder = new TextEncoder();
const head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

function saying(text: string): Script {
  return async (connection) => void await connection.write(encoder.encode(text));
}

/** 50 MB, unless nobody takes them. */
function endless(framing: string): Script {
  return async (connection) => {
    await connection.write(encoder.encode(`${head}${framing}\r\n\r\n`));
    const part = encoder.encode(`10000\r\n${"x".repeat(0x10000)}\r\n`);
    for (let sent = 0; sent < 50 * 1024 * 1024; sent += part.byteLength) {
      for (let at = 0; at < part.byteLength;) at += await connection.write(part.subarray(at));
    }
  };
}

/** A page of two parts over HTTP: the order is as it should be, the payment answers as it is told to. */
function setUp(script: Script) {
  const order = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => Response.json({ orderId: "1" }),
  );
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let current = script;
  const serving = (async () => {
    const all: Promise<void>[] = [];
    for await (const connection of listener) {
      all.push((async () => {
        const count = await connection.read(new Uint8Array(4_096)).catch(() => null);
        // A write fails when the gateway has hung up
        if (count !== null) await current(connection).catch(() => {});
        connection.close();
      })());
    }
    await Promise.all(all);
  })();
  const urls = new Map([
    ["order", `http://127.0.0.1:${order.addr.port}`],
    ["payment", `http://127.0.0.1:${listener.addr.port}`],
  ]);
  const orderPage = page({
    path: "/api/orders/:id",
    parts: [
      { name: "order", from: { service: "order", path: "/orders/:id" }, required: true },
      { name: "payment", from: { service: "payment", path: "/payments/:id" }, timeoutMs: 5_000 },
    ],
  });
  const { gateway } = openGateway(() => Promise.reject(new Error("Cannot call: nobody is there")), {
    client: createResilientClient(httpClient(urls)),
    createGateway: defineGateway({ pages: [orderPage] }),
  });
  return {
    async ask() {
      const answer = await within(
        "a page",
        gateway(new Request("http://gateway/api/orders/1", { headers: { Connection: "close" } })),
      );
      return { status: answer.status, ...await answer.json() };
    },
    mend: () =>
      current = saying(`${head}Connection: close\r\nContent-Length: 10\r\n\r\n{"paid":1}`),
    async [Symbol.asyncDispose]() {
      await order.shutdown();
      listener.close();
      await serving;
    },
  };
}

for (
  const [what, script, code] of [
    ["no JSON", saying(`${head}Content-Length: 8\r\n\r\n{"paid":`), "answer-not-json"],
    ["50 MB, as it says", endless("Content-Length: 52428800"), "answer-too-large"],
    ["50 MB in chunks", endless("Transfer-Encoding: chunked"), "answer-too-large"],
    [
      "less than it says",
      saying(`${head}Content-Length: 100\r\n\r\n{"paid":1}`),
      undefined,
    ],
    [
      "two lengths",
      saying(`${head}Content-Length: 9\r\nContent-Length: 10\r\n\r\n{"paid":1}`),
      undefined,
    ],
    ["nothing at all", saying(""), undefined],
    ["another protocol", saying("SSH-2.0-OpenSSH_9.2\r\n"), undefined],
  ] as const
) {
  Deno.test(`a service that answers ${what} for a part is marked, and the next page is whole`, async () => {
    await using shop = setUp(script);
    const { status, data, meta } = await shop.ask();
    assert.deepEqual([status, data], [200, { order: { orderId: "1" }, payment: null }]);
    assert.equal(meta.complete, false);
    assert.equal(meta.parts.payment.status, "error");
    // Of what breaks off the client of services says more than one thing
    if (code === undefined) assert.match(meta.parts.payment.code, /^service-/);
    else assert.equal(meta.parts.payment.code, code);
    shop.mend();
    assert.deepEqual((await shop.ask()).data, { order: { orderId: "1" }, payment: { paid: 1 } });
  });
}
