import { within } from "@headwater/testing";
import assert from "node:assert/strict";
import { silentLog } from "@headwater/core";
import { openSqliteStore, type SqliteStore } from "../log/sqlite_store.ts";
import { EventStore } from "../projected/event_store.ts";
import { type GrpcTestBed, grpcTestBed } from "../testing/grpc_test_bed.ts";
import { http1Endpoints } from "./http1_endpoints.ts";
import { Scavenges } from "./scavenges.ts";
import { serverStats } from "./server_stats.ts";

Deno.test("those who watch a server are answered over HTTP/1.1 on its port", async () => {
  let ready = true;
  await using sqlite = openSqliteStore({ path: ":memory:" });
  await using bed = await serve(sqlite, () => ready);
  const get = askerOf(bed);

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

Deno.test("a scavenge over HTTP/1.1 is over when it is looked at, and cannot be stopped", async () => {
  await using sqlite = openSqliteStore({ path: ":memory:" });
  await using bed = await serve(sqlite);
  const ask = askerOf(bed);
  const none = "00000000-0000-0000-0000-000000000000";
  const look = async (which: string) => await (await ask(`/admin/scavenge/${which}`)).json();
  const last = { scavengeId: none, scavengeLink: "", scavengeResult: "Unknown" };
  assert.deepEqual(await look("last"), last);
  const { scavengeId } = await (await ask("/admin/scavenge?threads=2", { method: "POST" })).json();
  assert.match(scavengeId, /^[0-9a-f-]{36}$/);
  assert.deepEqual(await look("current"), { scavengeId: none, scavengeLink: "" });
  assert.deepEqual(await look("last"), {
    scavengeId,
    scavengeLink: `/admin/scavenge/${scavengeId}`,
    scavengeResult: "Success",
  });
  for (const id of [scavengeId, "current", "x"]) {
    const stopped = await ask(`/admin/scavenge/${id}`, { method: "DELETE" });
    assert.deepEqual(await statusAndBody(stopped), [404, ""], id);
  }
  assert.deepEqual(await statusAndBody(await ask("/admin/scavenge")), [405, ""]);
  await sqlite[Symbol.asyncDispose]();
  const late = await ask("/admin/scavenge", { method: "POST" });
  assert.deepEqual(await statusAndBody(late), [503, ""]);
});

async function serve(sqlite: SqliteStore, ready = () => true): Promise<GrpcTestBed> {
  const store = new EventStore(sqlite, { standardProjections: true });
  const http1 = http1Endpoints({
    ready,
    projections: true,
    stats: serverStats(() => ({ events: 7 })),
    scavenges: new Scavenges(store, () => "127.0.0.1:2113"),
    logger: silentLog,
  });
  return await grpcTestBed({}, { http1 });
}

function askerOf({ server }: GrpcTestBed) {
  return (path: string, init?: RequestInit) =>
    within(`the answer to ${path}`, fetch(`http://127.0.0.1:${server.port}${path}`, init));
}

async function statusAndBody(response: Response): Promise<[number, string]> {
  return [response.status, await response.text()];
}
