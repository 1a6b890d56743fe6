import { silentLog } from "@headwater/core";
import { gateway as defineGateway } from "@headwater/gateway";
import { openGateway } from "@headwater/gateway/testing";
import { serve } from "@headwater/host";
import { within } from "@headwater/testing";
import assert from "node:assert/strict";
import { openRawHttp } from "./raw_http.ts";

/** A gateway that listens, and what reached the service behind it. */
function open() {
  const { gateway, requests } = openGateway(
    async (request) => Response.json({ got: await request.text() }),
    { createGateway: defineGateway({ pages: [], bodyMs: 300 }) },
  );
  const server = serve(gateway, { host: "127.0.0.1", port: 0, lingerMs: 0, logger: silentLog });
  return { ...server, requests };
}

const good = "GET /api/things/1 HTTP/1.1\r\nHost: localhost\r\n\r\n";

function post(headers: string, body: string): string {
  return `POST /api/things HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n\r\n${body}`;
}

/** Sends one piece of junk on a connection of its own, then asks for something ordinary on another. */
async function throwAt(url: string, junk: string) {
  using connection = await openRawHttp(url);
  await connection.send(junk);
  const { answers: [answer], hasEnded } = await within("an answer", connection.answers(1));
  using next = await openRawHttp(url);
  await next.send(good);
  const { answers } = await within("the next answer", next.answers(1));
  assert.equal(answers[0]?.status, 200);
  return { status: answer?.status, body: answer?.body ?? "", hasEnded };
}

const smuggled = "GET /api/things/smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n";

for (
  const [what, junk] of [
    [
      "a length and chunks",
      post("Content-Length: 5\r\nTransfer-Encoding: chunked", `0\r\n\r\n${smuggled}`),
    ],
    [
      "chunks and a length",
      post("Transfer-Encoding: chunked\r\nContent-Length: 5", `0\r\n\r\n${smuggled}`),
    ],
    [
      "two lengths",
      post(`Content-Length: 5\r\nContent-Length: ${5 + smuggled.length}`, `hello${smuggled}`),
    ],
    ["a length with a sign", post("Content-Length: +5", `hello${smuggled}`)],
    ["a length below nothing", post("Content-Length: -5", `hello${smuggled}`)],
    ["an unknown coding", post("Transfer-Encoding: xchunked", `0\r\n\r\n${smuggled}`)],
    ["a space before the colon", post("Transfer-Encoding : chunked", `0\r\n\r\n${smuggled}`)],
    ["a folded coding", post("Transfer-Encoding:\r\n chunked", `0\r\n\r\n${smuggled}`)],
    [
      "two codings",
      post(
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        `0\r\n\r\n${smuggled}`,
      ),
    ],
    [
      "a chunk of no size",
      post("Transfer-Encoding: chunked", `zz\r\nhello\r\n0\r\n\r\n${smuggled}`),
    ],
    ["two hosts", `GET /api/things/1 HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n`],
    [
      "100 kB of a header",
      `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"x".repeat(100_000)}\r\n\r\n`,
    ],
    ["100 kB of a path", `GET /${"x".repeat(100_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`],
  ] as const
) {
  Deno.test(`${what}: refused, and nothing of it reaches a service`, async () => {
    await using server = open();
    const { status } = await throwAt(server.url, junk);
    // Of a chunk without a size the server only learns when it has begun to answer
    assert.ok([400, undefined].includes(status), String(status));
    assert.deepEqual(server.requests.map(({ url }) => url), ["http://things/api/things/1"]);
  });
}

Deno.test("a request in the body of a GET is a body that nobody reads", async () => {
  await using server = open();
  using connection = await openRawHttp(server.url);
  await connection.send(
    `GET /api/things/1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}${good}`,
  );
  const { answers } = await within("both answers", connection.answers(2));
  assert.deepEqual(answers.map(({ status }) => status), [200, 200]);
  assert.equal(server.requests.length, 2);
  assert.ok(server.requests.every(({ url }) => url === "http://things/api/things/1"));
});

for (
  const path of [
    "/api/things/..",
    "/api/things/%2e%2e",
    "/api/things/..%2f..%2fhealth",
    "/api/things/%252e%252e",
    "/api/things/..\\x",
    "/api/things/%00",
    "/api/things/%zz",
    "//evil.example/x",
    "/api/things/1#x",
    "http://localhost/api/things/../x",
  ]
) {
  Deno.test(`the path ${path} is refused before anything is forwarded`, async () => {
    await using server = open();
    const { status, body } = await throwAt(
      server.url,
      `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    );
    assert.equal(status, 400);
    assert.equal(JSON.parse(body).errors[0].path, "path");
    assert.equal(server.requests.length, 1);
  });
}

for (
  const [method, target, expected] of [
    ["PURGE", "/api/things/1", 501],
    ["TRACE", "/api/things/1", 501],
    ["get", "/api/things/1", 501],
    ["CONNECT", "localhost:80", 501],
    ["DELETE", "/api/things/1", 405],
    ["OPTIONS", "*", 404],
  ] as const
) {
  Deno.test(`${method} ${target} is answered with ${expected}`, async () => {
    await using server = open();
    const { status, body } = await throwAt(
      server.url,
      `${method} ${target} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    );
    assert.equal(status, expected, body);
    assert.equal(JSON.parse(body).status, expected);
    assert.equal(server.requests.length, 1);
  });
}

Deno.test("who wants a WebSocket of a plain route is refused, and may go on with plain requests", async () => {
  await using server = open();
  using connection = await openRawHttp(server.url);
  await connection.send(
    "GET /api/things/1 HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
  );
  const { answers: [refused] } = await within("the refusal", connection.answers(1));
  assert.equal(refused?.status, 400);
  assert.equal(JSON.parse(refused!.body).errors[0].path, "Upgrade");
  await connection.send(good);
  const { answers } = await within("the next answer", connection.answers(2));
  assert.equal(answers[1]?.status, 200);
});

for (const framing of ["Content-Length: 1000", "Transfer-Encoding: chunked"]) {
  Deno.test(`a body that trickles in (${framing}) is answered with 408, and is the last on its connection`, async () => {
    await using server = open();
    using connection = await openRawHttp(server.url);
    await connection.send(post(framing, "5\r\nhello\r\n"));
    const { answers: [answer] } = await within("an answer", connection.answers(1));
    assert.equal(answer?.status, 408);
    assert.match(answer.head, /^connection: close$/im);
    assert.equal(JSON.parse(answer.body).code, "body-too-slow");
    assert.equal(server.requests.length, 0);
    using next = await openRawHttp(server.url);
    await next.send(good);
    assert.equal((await next.answers(1)).answers[0]?.status, 200);
  });
}
