import { httpClient } from "@headwater/host";
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { type Service, Unavailable } from "@headwater/core";
import { createResilientClient } from "@headwater/resilience";
import { within } from "@headwater/testing";

function serve(service: Service, port = 0) {
  return Deno.serve({ hostname: "127.0.0.1", port, onListen() {} }, service);
}

const retry = { tries: 5, shortestPauseMs: 20, throttledPauseMs: 20, longestPauseMs: 200 };

function keyed(body: string): Request {
  return new Request("http://payment/commands/Charge", {
    method: "POST",
    headers: { "Idempotency-Key": "key-1", "Content-Type": "application/json" },
    body,
  });
}

Deno.test("a command sent while its service restarts arrives once it is back", async () => {
  const first = serve(() => Promise.resolve(new Response()));
  const { port } = first.addr;
  await first.shutdown();
  const tried = Promise.withResolvers<void>();
  using overHttp = httpClient(new Map([["payment", `http://127.0.0.1:${port}`]]));
  const client = createResilientClient({
    call(service, request) {
      const answer = overHttp.call(service, request);
      answer.then(() => {}, () => tried.resolve());
      return answer;
    },
  }, { retry, random: () => 1 });
  const call = client.call("payment", keyed('{"amount":5}'));
  await within("the first try", tried.promise);
  await using _second = serve(async (request) => new Response(await request.text()), port);
  equal(await (await within("the answer", call)).text(), '{"amount":5}');
});

Deno.test("a connection that is cut in the middle of an answer is tried again", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using overHttp = httpClient(new Map([["payment", `http://127.0.0.1:${listener.addr.port}`]]));
  const client = createResilientClient(
    overHttp,
    { retry },
  );
  const call = client.call("payment", keyed("{}"));
  for (const answer of ["HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", whole("whole")]) {
    using connection = await within("a connection", listener.accept());
    await connection.read(new Uint8Array(4096));
    await connection.write(new TextEncoder().encode(answer));
  }
  equal(await (await within("the answer", call)).text(), "whole");
});

function whole(body: string): string {
  return `HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

Deno.test("a service that hangs is given up, and its connection closed", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using overHttp = httpClient(new Map([["payment", `http://127.0.0.1:${listener.addr.port}`]]));
  const client = createResilientClient(
    overHttp,
    { tryMs: 50, retry: { ...retry, tries: 1 } },
  );
  const refused = rejects(client.call("payment", keyed("{}")), { name: "DeadlineExceeded" });
  using connection = await within("a connection", listener.accept());
  let read: number | null;
  const next = () => connection.read(new Uint8Array(4096));
  do read = await within("the connection to end", next()); while (read !== null);
  await within("the caller to be told", refused);
});

Deno.test("a dead service opens its breaker, which says so without another connection", async () => {
  const server = serve(() => Promise.resolve(new Response()));
  const { port } = server.addr;
  await server.shutdown();
  using overHttp = httpClient(new Map([["payment", `http://127.0.0.1:${port}`]]));
  const client = createResilientClient(
    overHttp,
    { retry: { ...retry, shortestPauseMs: 1, leastBudget: 10 } },
  );
  for (let call = 0; call < 20; call++) {
    await rejects(client.call("payment", keyed("{}")), Unavailable);
  }
  await rejects(client.call("payment", keyed("{}")), (error) => {
    ok(error instanceof Unavailable);
    equal(error.code, "circuit-open");
    return true;
  });
  deepEqual(client.describe().map(({ breaker }) => breaker), ["open"]);
});
