import { within } from "@headwater/testing";
import assert from "node:assert/strict";
import { grpcTestBed } from "../testing/grpc_test_bed.ts";
import { http1Endpoints } from "./http1_endpoints.ts";
import { serverStats } from "./server_stats.ts";

Deno.test("those who watch a server are answered over HTTP/1.1 on its port", async () => {
  let ready = true;
  const http1 = http1Endpoints({
    ready: () => ready,
    projections: true,
    stats: serverStats(() => ({ events: 7 })),
  });
  await using bed = await grpcTestBed({}, { http1 });
  const get = (path: string, init?: RequestInit) =>
    within(`the answer to ${path}`, fetch(`http://127.0.0.1:${bed.server.port}${path}`, init));

  assert.deepEqual(await statusAndBody(await get("/health/live")), [204, ""]);
  assert.deepEqual(await statusAndBody(await get("/health/live?liveCode=200")), [200, ""]);
  assert.deepEqual(await statusAndBody(await get("/health/live?liveCode=junk")), [204, ""]);
  const ping = await get("/ping");
  assert.match(ping.headers.get("content-type") ?? "", /^application\/json/);
  assert.equal((await ping.json()).text, "Ping request successfully handled");
  const info = await (await get("/info")).json();
  assert.equal(info.state, "leader");
  assert.equal(info.features.projections, true);
  const stats = await (await get("/stats")).json();
  assert.equal(stats.es.events, 7);
  assert.equal(stats.proc.id, Deno.pid);
  for (const path of ["/", "/streams/order-1", "/%zz", "//"]) {
    const [status, body] = await statusAndBody(await get(path));
    assert.ok(status === 404 || status === 400, `${path}: ${status}`);
    assert.equal(body, "");
  }
  const post = { method: "POST", body: "x" };
  assert.deepEqual(await statusAndBody(await get("/ping", post)), [405, ""]);
  assert.deepEqual(await statusAndBody(await get("/streams/order-1", post)), [404, ""]);
  assert.deepEqual(await statusAndBody(await get("/ping", { method: "HEAD" })), [200, ""]);
  ready = false;
  assert.deepEqual(await statusAndBody(await get("/health/live")), [503, ""]);
});

async function statusAndBody(response: Response): Promise<[number, string]> {
  return [response.status, await response.text()];
}
