import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { silentLog, Unavailable } from "@headwater/core";
import { type EdgeRoutes, toService, withSecret } from "@headwater/http";
import { serviceClientSuite } from "@headwater/testing";
import { Hono } from "hono";
import { httpClient } from "./http.ts";

serviceClientSuite("HTTP client", (service) => {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, service);
  using client = httpClient(new Map([["example", `http://127.0.0.1:${server.addr.port}`]]));
  return Promise.resolve({
    client,
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      await server.shutdown();
    },
  });
}, Deno);

function closedPort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

Deno.test("a service that is down is unavailable, and what happened stays in the cause", async () => {
  const port = closedPort();
  using client = httpClient(new Map([["payment", `http://127.0.0.1:${port}/`]]));
  for (const method of ["GET", "POST"]) {
    await rejects(client.call("payment", new Request("http://payment/x", { method })), (error) => {
      ok(error instanceof Unavailable);
      equal(error.code, "service-unreachable");
      equal(error.message, 'Cannot reach service "payment"');
      ok(error.cause instanceof Error);
      return true;
    });
  }
});

Deno.test("a connection that breaks before an answer is unavailable", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using client = httpClient(new Map([["payment", `http://127.0.0.1:${listener.addr.port}`]]));
  const call = rejects(
    client.call("payment", new Request("http://payment/x", { method: "POST", body: "{}" })),
    (error) => error instanceof Unavailable && error.code === "service-answer-lost",
  );
  const connection = await listener.accept();
  await connection.read(new Uint8Array(10));
  connection.close();
  await call;
});

Deno.test("services get their secret whatever a client sent, and one that has another is no fault of the client's", async () => {
  const app: EdgeRoutes = new Hono();
  app.post("/commands/Charge", (c) => c.text("charged"));
  const service = toService(app, {
    service: "payment",
    logger: silentLog,
    newId: () => crypto.randomUUID(),
    admit: withSecret("0123456789abcdef0123456789abcdef"),
  });
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, service);
  const urls = new Map([["payment", `http://127.0.0.1:${server.addr.port}`]]);
  const request = () =>
    new Request("http://payment/commands/Charge", {
      method: "POST",
      headers: { "X-Service-Secret": "guessed" },
    });
  using knowing = httpClient(urls, { proof: () => "0123456789abcdef0123456789abcdef" });
  equal(await (await knowing.call("payment", request())).text(), "charged");
  for (const secret of [undefined, "fedcba9876543210fedcba9876543210"]) {
    using other = httpClient(urls, { proof: secret === undefined ? undefined : () => secret });
    await rejects(other.call("payment", request()), (error) => {
      ok(error instanceof Unavailable);
      equal(error.code, "service-secret-refused");
      return true;
    });
  }
});

Deno.test("a service is not asked to judge the page behind a request again", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    ({ headers }) => Response.json([headers.get("Origin"), headers.get("Sec-Fetch-Site")]),
  );
  using client = httpClient(new Map([["payment", `http://127.0.0.1:${server.addr.port}`]]));
  const headers = { Origin: "https://shop.example", "Sec-Fetch-Site": "same-origin" };
  const answer = await client.call("payment", new Request("http://payment/x", { headers }));
  deepEqual(await answer.json(), [null, null]);
});

Deno.test("a base URL may carry a path", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => new Response(new URL(request.url).pathname),
  );
  using client = httpClient(
    new Map([["payment", `http://127.0.0.1:${server.addr.port}/internal/payment/`]]),
  );
  const answer = await client.call("payment", new Request("http://payment/x"));
  equal(await answer.text(), "/internal/payment/x");
});

Deno.test("a compressed answer is handed over decoded, and says so", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () =>
      new Response(
        new Response("x".repeat(1_000)).body!.pipeThrough(new CompressionStream("gzip")),
        { headers: { "Content-Encoding": "gzip", ETag: '"3"' } },
      ),
  );
  using client = httpClient(new Map([["payment", `http://127.0.0.1:${server.addr.port}`]]));
  const answer = await client.call("payment", new Request("http://payment/x"));
  equal(answer.headers.get("Content-Encoding"), null);
  equal(answer.headers.get("ETag"), '"3"');
  equal((await answer.text()).length, 1_000);
});

/** Answers the first request on each connection and hangs up on the second, as a server that dies at work. */
function dyingServer() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const begun: string[] = [];
  const connections: Deno.Conn[] = [];
  async function serveOne(connection: Deno.Conn): Promise<void> {
    for (let request = 0;; request++) {
      let head = "";
      while (!head.includes("\r\n\r\n")) {
        const bytes = new Uint8Array(10_000);
        const count = await connection.read(bytes).catch(() => null);
        if (count === null) return;
        head += new TextDecoder().decode(bytes.subarray(0, count));
      }
      begun.push(head.slice(0, head.indexOf(" ")));
      if (request > 0) return connection.close();
      await connection.write(new TextEncoder().encode("HTTP/1.1 204 No Content\r\n\r\n"));
    }
  }
  const accepting = (async () => {
    const serving: Promise<void>[] = [];
    for await (const connection of listener) {
      connections.push(connection);
      serving.push(serveOne(connection));
    }
    await Promise.all(serving);
  })();
  const client = httpClient(new Map([["payment", `http://127.0.0.1:${listener.addr.port}`]]));
  return {
    begun,
    client,
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      listener.close();
      for (const connection of connections) {
        try {
          connection.close();
        } catch (error) {
          // It has hung up itself.
          if (!(error instanceof Deno.errors.BadResource)) throw error;
        }
      }
      await accepting;
    },
  };
}

for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
  for (const [what, body] of [["with", "{}"], ["without", undefined]] as const) {
    Deno.test(`${method} ${what} a body is sent once on a connection that was kept and breaks`, async () => {
      await using server = dyingServer();
      await server.client.call("payment", new Request("http://payment/x"));
      await rejects(
        server.client.call("payment", new Request("http://payment/x", { method, body })),
        /whether it has heard of the request is not known/,
      );
      equal(server.begun.join(" "), `GET ${method}`);
    });
  }
}

Deno.test("what is sent under a key arrives whole, and says how long it is", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => Response.json([request.headers.get("Content-Length"), await request.text()]),
  );
  using client = httpClient(new Map([["payment", `http://127.0.0.1:${server.addr.port}`]]));
  for (const [body, length] of [["{}", "2"], [undefined, "0"]] as const) {
    const request = new Request("http://payment/x", {
      method: "POST",
      headers: { "Idempotency-Key": "1" },
      body,
    });
    const [said, text] = await (await client.call("payment", request)).json();
    deepEqual([said, text], [length, body ?? ""]);
  }
});

Deno.test("a service is asked for no encoding that is not decoded, whatever the client takes", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    ({ headers }) => new Response(headers.get("Accept-Encoding")),
  );
  using client = httpClient(new Map([["payment", `http://127.0.0.1:${server.addr.port}`]]));
  for (
    const [given, asked] of [
      [{}, "gzip, br"],
      [{ "Accept-Encoding": "zstd, deflate" }, "gzip, br"],
      [{ Range: "bytes=0-3" }, "identity"],
    ] as const
  ) {
    const request = new Request("http://payment/x", { headers: { ...given } });
    equal(await (await client.call("payment", request)).text(), asked);
  }
});

Deno.test("an answer in an encoding that nobody decodes is none", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () =>
      new Response(
        new Response("{}").body!.pipeThrough(new CompressionStream("deflate")),
        { headers: { "Content-Encoding": "deflate" } },
      ),
  );
  using client = httpClient(new Map([["payment", `http://127.0.0.1:${server.addr.port}`]]));
  await rejects(
    client.call("payment", new Request("http://payment/x")),
    (error) => error instanceof Unavailable && error.code === "service-unreadable",
  );
});
