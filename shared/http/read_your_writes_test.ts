import { column, defineEvents, type ReadModels, type View, view } from "@headwater/core";
import { deepEqual, equal, ok } from "node:assert/strict";
import { exampleService } from "./testing/example_service.ts";
import { readsFrom } from "./read_your_writes.ts";

const orderView = view({
  name: "orders",
  version: 1,
  reads: [defineEvents("order", {})],
  columns: { id: column.text() },
  primaryKey: "id",
  key: () => undefined,
  evolve: () => undefined,
});

async function query(
  headers: Record<string, string>,
  state: Awaited<ReturnType<ReadModels["wait"]>>,
) {
  const waits: Parameters<ReadModels["wait"]>[1][] = [];
  const readModels = {
    wait(_view: View, wait: Parameters<ReadModels["wait"]>[1]) {
      waits.push(wait);
      return Promise.resolve(state);
    },
  };
  const { service } = exampleService((app) => {
    app.get("/view", readsFrom(orderView), (c) => c.json({ rows: 1 }));
  }, { readModels });
  const response = await service(new Request("http://example/view", { headers }));
  return { response, body: await response.json(), wait: waits[0] };
}

const reached = { position: 12, reached: true };
const behind = { position: 5, reached: false };

Deno.test("an answer says how far its read model is", async () => {
  const { response, wait } = await query({}, reached);
  equal(response.headers.get("X-Position"), "12");
  equal(wait?.position, undefined);
});

Deno.test("a query waits for the position it is given, two seconds unless told", async () => {
  const { response, wait } = await query({ "X-Min-Position": "12" }, reached);
  equal(response.status, 200);
  equal(wait?.position, 12);
  equal(wait?.waitMs, 2_000);
});

Deno.test("the client says how long it waits, up to 30 seconds; what is junk is passed over", async () => {
  for (
    const [prefer, waitMs] of [
      ["wait=10", 10_000],
      ["respond-async, WAIT=0", 0],
      ['stale-ok;wait="7"', 7_000],
      ["wait=900", 30_000],
      ["wait=-1", 2_000],
      ["wait=1e3", 2_000],
      ["wait", 2_000],
    ] as const
  ) {
    equal((await query({ Prefer: prefer }, reached)).wait?.waitMs, waitMs, prefer);
  }
});

Deno.test("a read model that does not get there is 503 with Retry-After", async () => {
  const { response, body } = await query({ "X-Min-Position": "12" }, behind);
  equal(response.status, 503);
  equal(body.code, "read-model-behind");
  equal(response.headers.get("Retry-After"), "1");
});

Deno.test("who takes a stale answer gets it, marked as such", async () => {
  const { response, body } = await query({
    "X-Min-Position": "12",
    Prefer: "wait=0, stale-ok",
  }, behind);
  equal(response.status, 200);
  deepEqual(body, { rows: 1 });
  equal(response.headers.get("X-Position"), "5");
  ok(response.headers.get("Warning")?.startsWith('110 - "'));
});

Deno.test("a position that no answer gave is refused", async () => {
  for (const token of ["", "-1", "1.5", "abc", "007", "9007199254740993", "1 2"]) {
    const { response, body, wait } = await query({ "X-Min-Position": token }, reached);
    equal(response.status, 400, token);
    equal(body.errors[0].path, "X-Min-Position");
    equal(wait, undefined);
  }
});

Deno.test("an empty log has no position to speak of", async () => {
  const { response } = await query({}, { position: undefined, reached: true });
  equal(response.status, 200);
  equal(response.headers.get("X-Position"), null);
});
