import { time, Unavailable } from "@headwater/core";
import { createResilientClient } from "@headwater/resilience";
import assert from "node:assert/strict";
import { readRouteTable, type RouteTable } from "./route_table.ts";
import { openGateway } from "./testing/open_gateway.ts";

const long = JSON.stringify({ text: "x".repeat(10_000) });

function gatewayBefore(body: string, headers: Record<string, string> = {}) {
  const client = createResilientClient({
    call: () =>
      Promise.resolve(
        new Response(body, { headers: { "Content-Type": "application/json", ...headers } }),
      ),
  });
  return openGateway(() => Promise.reject(new Error("Cannot call: nobody is there")), { client });
}

function asking(encodings: string | undefined): Request {
  const headers = encodings === undefined ? undefined : { "Accept-Encoding": encodings };
  return new Request("http://gateway/api/things/1", { headers });
}

for (
  const [accepted, given] of [
    ["gzip, deflate, br, zstd", "gzip"],
    ["deflate", "deflate"],
    ["gzip;q=0.1, deflate;q=0.9", "deflate"],
    ["gzip;q=0", null],
    ["zstd, br", null],
    [undefined, null],
  ] as const
) {
  Deno.test(`who accepts "${accepted}" gets ${given ?? "plain text"}, compressed once`, async () => {
    const answer = await gatewayBefore(long).gateway(asking(accepted));
    assert.equal(answer.headers.get("Content-Encoding"), given);
    assert.equal(answer.headers.get("Vary"), "Accept-Encoding");
    const plain = given === null
      ? answer.body!
      : answer.body!.pipeThrough(new DecompressionStream(given));
    assert.equal(await new Response(plain).text(), long);
  });
}

Deno.test("what a service compressed already is passed on as it is", async () => {
  const { gateway } = gatewayBefore(long, { "Content-Encoding": "br" });
  const answer = await gateway(asking("gzip, br"));
  assert.equal(answer.headers.get("Content-Encoding"), "br");
  assert.equal(await answer.text(), long);
});

Deno.test("a short answer is not worth packing, and keeps its strong tag", async () => {
  const answer = await gatewayBefore("{}", { ETag: '"3"' }).gateway(asking("gzip"));
  assert.equal(answer.headers.get("Content-Encoding"), null);
  assert.equal(answer.headers.get("ETag"), '"3"');
  assert.equal(await answer.text(), "{}");
});

Deno.test("a refusal is not worth packing either: it has to be cheap", async () => {
  const { gateway } = openGateway(() => Promise.reject(new Unavailable("too much to do")));
  const answer = await gateway(asking("gzip"));
  assert.equal(answer.status, 503);
  assert.equal(answer.headers.get("Content-Encoding"), null);
  assert.equal((await answer.json()).detail, "too much to do");
});

Deno.test("what the client accepts is not what a service is asked for", async () => {
  const { gateway, requests } = openGateway(() => Promise.resolve(new Response("{}")));
  await gateway(asking("zstd"));
  assert.equal(requests[0]!.headers.get("Accept-Encoding"), null);
});

Deno.test("everything has a time within which it is answered: half a minute, or what an upstream may take", async () => {
  let table: RouteTable = { upstreams: [], routes: [] };
  const { gateway } = openGateway(() => {
    const leftMs = time.currentDeadline()!.remainingMs();
    return Promise.resolve(Response.json(Math.ceil(leftMs / 1_000)));
  }, { upstreams: { table: () => table, send: () => Promise.reject(new Unavailable("away")) } });
  async function secondsFor(headers: HeadersInit = {}): Promise<number> {
    const answer = await gateway(new Request("http://gateway/api/things/1", { headers }));
    return await answer.json();
  }
  assert.equal(await secondsFor(), 30);
  assert.equal(await secondsFor({ "X-Request-Timeout-Ms": "5000" }), 5);
  assert.equal(await secondsFor({ "X-Min-Position": "7", Prefer: "wait=20" }), 50);
  const report = { method: "GET", path: "/report", upstream: "legacy", timeoutMs: 60_000 };
  const upstreams = { legacy: { url: "http://legacy" } };
  table = readRouteTable(JSON.stringify({ upstreams, routes: [report] }), {
    routes: [],
    pages: [],
  });
  // With time for a body and for a turn
  assert.equal(await secondsFor(), 72);
});
