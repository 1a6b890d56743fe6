import { Unavailable } from "@headwater/core";
import { deepEqual, equal, rejects } from "node:assert/strict";
import { upstreamSender } from "./upstream.ts";

function serving(handler: (request: Request) => Response | Promise<Response>) {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  const sender = upstreamSender();
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    send: (request: Request) => sender(request, "legacy"),
    async [Symbol.asyncDispose]() {
      sender[Symbol.dispose]();
      await server.shutdown();
    },
  };
}

Deno.test("a body that says how long it is arrives so, another one in parts", async () => {
  await using upstream = serving(async ({ headers, body }) => {
    const length = headers.get("Content-Length");
    return Response.json([
      length,
      headers.get("Transfer-Encoding"),
      await new Response(body).text(),
    ]);
  });
  const url = `${upstream.url}/x`;
  const headers = { "Content-Length": "4" };
  const whole = new Request(url, { method: "POST", headers, body: "four" });
  deepEqual(await (await upstream.send(whole)).json(), ["4", null, "four"]);
  const parts = new Request(url, { method: "PUT", body: new Blob(["parts"]).stream() });
  deepEqual(await (await upstream.send(parts)).json(), [null, "chunked", "parts"]);
  const none = new Request(url, { method: "POST" });
  deepEqual((await (await upstream.send(none)).json()).at(-1), "");
});

Deno.test("redirects are answers", async () => {
  await using upstream = serving(() =>
    new Response(null, { status: 307, headers: { Location: "/elsewhere" } })
  );
  const answer = await upstream.send(new Request(`${upstream.url}/x`));
  equal(answer.status, 307);
  equal(answer.headers.get("Location"), "/elsewhere");
  await answer.body?.cancel();
});

Deno.test("an answer that was decoded says so, one that nobody decodes stays what it is", async () => {
  await using upstream = serving(({ headers, url }) => {
    const encoding = new URL(url).pathname.slice(1) as "gzip" | "deflate";
    const body = new Blob(["plain"]).stream().pipeThrough(new CompressionStream(encoding));
    const asked = headers.get("Accept-Encoding") ?? "";
    return new Response(body, { headers: { "Content-Encoding": encoding, "X-Asked": asked } });
  });
  const gzip = await upstream.send(new Request(`${upstream.url}/gzip`));
  equal(gzip.headers.get("Content-Encoding"), null);
  equal(gzip.headers.get("X-Asked"), "gzip, br");
  equal(await gzip.text(), "plain");
  const deflate = await upstream.send(new Request(`${upstream.url}/deflate`));
  equal(deflate.headers.get("Content-Encoding"), "deflate");
  const decoded = deflate.body!.pipeThrough(new DecompressionStream("deflate"));
  equal(await new Response(decoded).text(), "plain");
  const part = await upstream.send(
    new Request(`${upstream.url}/gzip`, { headers: { Range: "bytes=0-9" } }),
  );
  equal(part.headers.get("X-Asked"), "identity");
  equal(part.headers.get("Content-Encoding"), "gzip");
  await part.body?.cancel();
});

Deno.test("who is not there is unreachable, and has surely heard nothing", async () => {
  using send = upstreamSender();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${listener.addr.port}/x`;
  listener.close();
  for (const method of ["GET", "POST"]) {
    await rejects(
      send(new Request(url, { method, ...(method === "POST" && { body: "x" }) }), "legacy"),
      (error) => {
        return error instanceof Unavailable && error.code === "upstream-unreachable" &&
          !error.message.includes("127.0.0.1");
      },
    );
  }
});

/** Answers queries and keeps the connection; hangs up on commands when it has heard them. */
function hangingUp() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const heard: string[] = [];
  const kept = new Set<Deno.Conn>();
  async function serve(connection: Deno.Conn): Promise<void> {
    const bytes = new Uint8Array(10_000);
    kept.add(connection);
    for (;;) {
      const count = await connection.read(bytes).catch(() => null);
      if (count === null) break;
      const head = new TextDecoder().decode(bytes.subarray(0, count));
      heard.push(head.slice(0, head.indexOf(" ")));
      if (!head.startsWith("GET")) break;
      const answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
      await connection.write(new TextEncoder().encode(answer));
    }
    if (kept.delete(connection)) connection.close();
  }
  const accepting = (async () => {
    const serving: Promise<void>[] = [];
    for await (const connection of listener) serving.push(serve(connection));
    await Promise.all(serving);
  })();
  return {
    heard,
    url: `http://127.0.0.1:${listener.addr.port}/x`,
    async close(): Promise<void> {
      listener.close();
      for (const connection of kept) connection.close();
      kept.clear();
      await accepting;
    },
  };
}

Deno.test("a command is sent once, although connections were kept before", async () => {
  const upstream = hangingUp();
  const send = upstreamSender();
  const { url } = upstream;
  const headers = { "Content-Length": "1" };
  for (let round = 0; round < 3; round++) {
    await (await send(new Request(url), "legacy")).body?.cancel();
    await rejects(
      send(new Request(url, { method: "POST", headers, body: "x" }), "legacy"),
      (error) => {
        return error instanceof Unavailable && error.code === "upstream-answer-lost";
      },
    );
  }
  equal(upstream.heard.join(" "), "GET POST GET POST GET POST");
  send[Symbol.dispose]();
  await upstream.close();
});
