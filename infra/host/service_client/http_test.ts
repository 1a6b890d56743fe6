import { equal, ok, rejects } from "node:assert/strict";
import { Unavailable } from "@headwater/core";
import { serviceClientSuite } from "@headwater/testing";
import { httpClient } from "./http.ts";

serviceClientSuite("HTTP client", (service) => {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, service);
  return Promise.resolve({
    client: httpClient(new Map([["example", `http://127.0.0.1:${server.addr.port}`]])),
    [Symbol.asyncDispose]: () => server.shutdown(),
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
  const client = httpClient(new Map([["payment", `http://127.0.0.1:${port}/`]]));
  await rejects(client.call("payment", new Request("http://payment/x")), (error) => {
    ok(error instanceof Unavailable);
    equal(error.code, "service-unreachable");
    equal(error.message, 'Cannot reach service "payment"');
    ok(error.cause instanceof TypeError);
    return true;
  });
});

Deno.test("a connection that breaks before an answer is unavailable", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const client = httpClient(new Map([["payment", `http://127.0.0.1:${listener.addr.port}`]]));
  const call = rejects(
    client.call("payment", new Request("http://payment/x", { method: "POST", body: "{}" })),
    Unavailable,
  );
  const connection = await listener.accept();
  await connection.read(new Uint8Array(10));
  connection.close();
  await call;
});

Deno.test("a base URL may carry a path", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => new Response(new URL(request.url).pathname),
  );
  const client = httpClient(
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
  const client = httpClient(new Map([["payment", `http://127.0.0.1:${server.addr.port}`]]));
  const answer = await client.call("payment", new Request("http://payment/x"));
  equal(answer.headers.get("Content-Encoding"), null);
  equal(answer.headers.get("ETag"), '"3"');
  equal((await answer.text()).length, 1_000);
});
