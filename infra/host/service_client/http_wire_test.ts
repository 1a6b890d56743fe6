import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { Unavailable } from "@headwater/core";
import { within } from "@headwater/testing";
import fc from "fast-check";
import { httpClient } from "./http.ts";

/** What is written on a connection when a request has come; `null`: it is ended. */
type Script = readonly (string | Uint8Array | null)[];

/** Plays a script for each request, in the order in which they come; connections end when a script says so. */
function scripted(...scripts: readonly Script[]) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const client = httpClient(new Map([["legacy", `http://127.0.0.1:${listener.addr.port}`]]));
  const left = [...scripts];
  const requests: { readonly connection: number; readonly head: string }[] = [];
  const serving: Promise<void>[] = [];
  let connections = 0;
  let isOpen = true;

  function leave(): void {
    if (isOpen) listener.close();
    isOpen = false;
  }

  async function serve(connection: Deno.TcpConn): Promise<void> {
    using _connection = connection;
    const number = ++connections;
    connection.setNoDelay(true);
    for (;;) {
      let head = "";
      while (!head.includes("\r\n\r\n")) {
        const bytes = new Uint8Array(4096);
        const count = await connection.read(bytes).catch(() => null);
        if (count === null) return;
        head += String.fromCharCode(...bytes.subarray(0, count));
      }
      requests.push({ connection: number, head });
      for (const part of left.shift() ?? [null]) {
        if (part === null) return;
        const bytes = typeof part === "string" ? new TextEncoder().encode(part) : part;
        for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
      }
    }
  }
  const accepting = (async () => {
    for await (const connection of listener) serving.push(serve(connection));
  })();
  return {
    requests,
    /** Takes no more connections; those that there are stay. */
    leave,
    ask: (init?: RequestInit) => client.call("legacy", new Request("http://legacy/x?y=1#z", init)),
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      leave();
      await within("the server to end", Promise.all([accepting, ...serving]));
    },
  };
}

function whole(body: string): string {
  return `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

const posted = { method: "POST", body: "{}" };
const keyed = { ...posted, headers: { "Idempotency-Key": "1" } };

Deno.test("requests follow each other on one connection, without what is of another one", async () => {
  await using server = scripted([whole("one")], [whole("")], [whole("three")]);
  equal(await (await server.ask()).text(), "one");
  const headers = { Connection: "x-y", TE: "trailers", Expect: "100-continue", Name: "é" };
  equal(await (await server.ask({ ...posted, headers })).text(), "");
  equal(await (await server.ask({ method: "DELETE" })).text(), "three");
  deepEqual(server.requests.map(({ connection }) => connection), [1, 1, 1]);
  const [first, second, third] = server.requests.map(({ head }) => head.replace(/:\d+\r/, ":0\r"));
  equal(
    first,
    "GET /x?y=1 HTTP/1.1\r\nhost: 127.0.0.1:0\r\naccept-encoding: gzip, br\r\n\r\n",
  );
  equal(
    second,
    "POST /x?y=1 HTTP/1.1\r\nhost: 127.0.0.1:0\r\ncontent-type: text/plain;charset=UTF-8\r\n" +
      "name: é\r\naccept-encoding: gzip, br\r\ncontent-length: 2\r\n\r\n{}",
  );
  ok(third?.endsWith("content-length: 0\r\n\r\n"));
});

Deno.test("headers of a service's connection are not of its answer, all others are", async () => {
  const head = [
    "HTTP/1.1 200 OK",
    "Connection: X-Inner",
    "X-Inner: secret",
    "Proxy-Authenticate: Basic",
    "Keep-Alive: timeout=5",
    'ETag: "3"',
  ].join("\r\n");
  const length = "Content-Length: 2";
  await using server = scripted([`${head}\r\n${length}\r\n\r\n{}`], [`${head}\r\n\r\n{}`, null]);
  const whole = await server.ask();
  deepEqual([...whole.headers], [["content-length", "2"], ["etag", '"3"']]);
  equal(await whole.text(), "{}");
  const stream = await server.ask();
  deepEqual([...stream.headers], [["etag", '"3"']]);
  equal(await stream.text(), "{}");
});

Deno.test("an answer of any length comes whole, in whatever pieces it was sent", async () => {
  const parts = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40_000 }), { maxLength: 8 });
  const cut = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(parts, cut, fc.boolean(), async (chunks, cuts, isChunked) => {
      const body = joined(chunks);
      const head = isChunked ? "Transfer-Encoding: chunked" : `Content-Length: ${body.length}`;
      const onWire = joined([
        text(`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n${head}\r\n\r\n`),
        ...isChunked
          ? chunks.flatMap((chunk) => [
            text(`${chunk.length.toString(16)};x=y\r\n`),
            chunk,
            text("\r\n"),
          ])
          : chunks,
        ...isChunked ? [text("0\r\nTrailer: z\r\n\r\n")] : [],
      ]);
      const places = cuts.map((share) => Math.floor(share * onWire.length))
        .toSorted((one, other) => one - other);
      const pieces = [0, ...places].map((place, index) =>
        onWire.subarray(place, places[index] ?? onWire.length)
      );
      await using server = scripted(pieces, [whole("next")]);
      deepEqual(new Uint8Array(await (await server.ask()).arrayBuffer()), body);
      equal(await (await server.ask()).text(), "next");
      deepEqual(server.requests.map(({ connection }) => connection), [1, 1]);
    }),
    { numRuns: 40 },
  );
});

Deno.test("what says that it is text stays what it is, byte for byte, whether it is or not", async () => {
  const bodies = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 20_000 }),
    fc.string({ unit: "binary", minLength: 1, maxLength: 5_000 }).map(text),
    fc.constant(Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b, 0x7d)),
  );
  await fc.assert(
    fc.asyncProperty(bodies, async (body) => {
      const head = `HTTP/1.1 200 OK\r\nContent-Type: application/problem+json\r\n`;
      const onWire = joined([text(`${head}Content-Length: ${body.length}\r\n\r\n`), body]);
      await using server = scripted([onWire], [whole("next")]);
      const answer = await server.ask();
      equal(answer.headers.get("Content-Type"), "application/problem+json");
      deepEqual(new Uint8Array(await answer.arrayBuffer()), new Uint8Array(body));
      equal(await (await server.ask()).text(), "next");
    }),
    { numRuns: 40 },
  );
});

Deno.test("without a length an answer ends with its connection", async () => {
  await using server = scripted(["HTTP/1.0 200 OK\r\n\r\nall ", "of it", null], [whole("next")]);
  equal(await (await server.ask()).text(), "all of it");
  equal(await (await server.ask()).text(), "next");
  deepEqual(server.requests.map(({ connection }) => connection), [1, 2]);
});

Deno.test("what comes after an answer is not the answer to the next request", async () => {
  await using server = scripted([whole("one") + whole("forged")], [whole("two")]);
  equal(await (await server.ask()).text(), "one");
  equal(await (await server.ask()).text(), "two");
  deepEqual(server.requests.map(({ connection }) => connection), [1, 2]);
});

Deno.test("what is no answer is none, and its connection is given up", async () => {
  for (
    const broken of [
      "garbage\r\n\r\n",
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nX: a\nb\r\nContent-Length: 5\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
      `HTTP/1.1 200 OK\r\nX: ${"x".repeat(200_000)}\r\n\r\n`,
    ]
  ) {
    await using server = scripted([broken], [broken], [whole("next")]);
    for (
      const [init, code] of [[{}, "service-unreachable"], [posted, "service-answer-lost"]] as const
    ) {
      await rejects(
        server.ask(init),
        (error) => error instanceof Unavailable && error.code === code,
        broken.slice(0, 100),
      );
    }
    equal(await (await server.ask()).text(), "next");
    deepEqual(server.requests.map(({ connection }) => connection), [1, 2, 3]);
  }
});

Deno.test("a body that breaks off, or is not what it says, fails where it is read", async () => {
  for (
    const [broken, isEnded] of [
      [`HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nhello`, true],
      ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", true],
      ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello!\r\n0\r\n\r\n", false],
      ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n", false],
      ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n", false],
      [`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${"0".repeat(9_000)}\r\n`, false],
    ] as const
  ) {
    await using server = scripted([broken, ...isEnded ? [null] : []]);
    const answer = await server.ask();
    await rejects(answer.text(), broken.slice(0, 100));
  }
});

Deno.test("what may be repeated is asked again where a connection that was kept is silent", async () => {
  for (const init of [{}, keyed]) {
    await using server = scripted([whole("one")], [null], [whole("two")]);
    await (await server.ask()).text();
    equal(await (await server.ask(init)).text(), "two");
    deepEqual(server.requests.map(({ connection }) => connection), [1, 1, 2]);
  }
});

Deno.test("what was heard on a connection that was kept is not told as unsent, since nobody is there for a second time", async () => {
  await using server = scripted([whole("")], [null]);
  await (await server.ask(keyed)).text();
  server.leave();
  await rejects(
    server.ask(keyed),
    (error) => error instanceof Unavailable && error.code === "service-answer-lost",
  );
  equal(server.requests.length, 2);
});

Deno.test("on a connection of its own nothing is asked twice", async () => {
  await using server = scripted([null]);
  await rejects(server.ask(keyed), Unavailable);
  equal(server.requests.length, 1);
});

Deno.test("who hangs up while a long answer comes ends its connection", async () => {
  await using server = scripted(["HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nhello"]);
  const caller = new AbortController();
  const reason = new Error("the customer left");
  const answer = await server.ask({ signal: caller.signal });
  const reader = answer.body!.getReader();
  await reader.read();
  const rest = rejects(reader.read(), (error) => error === reason);
  caller.abort(reason);
  await within("the reader to be told", rest);
});

Deno.test("cookies stay apart, and letters beyond ASCII stay what they are", async () => {
  const bytes = Uint8Array.from(
    "HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nX: é\x80\r\nContent-Length: 0\r\n\r\n",
    (character) => character.charCodeAt(0),
  );
  await using server = scripted([bytes]);
  const { headers } = await server.ask();
  deepEqual(headers.getSetCookie(), ["a=1", "b=2"]);
  equal(headers.get("X"), "é\x80");
});

function text(characters: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(characters);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
