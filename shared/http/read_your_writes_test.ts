import {
  column,
  defineEvents,
  eventLog,
  type ReadModels,
  Refusal,
  Unavailable,
  type View,
  view,
} from "@headwater/core";
import { deepEqual, equal, match, ok } from "node:assert/strict";
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

type State = Awaited<ReturnType<ReadModels["wait"]>>;

/** `head`: where the log ends; default: far ahead. `atOnce`: what is said to who does not wait. Key "a" is parked. */
async function query(
  headers: Record<string, string>,
  state: State,
  { head = () => Promise.resolve(1_000), atOnce = () => Promise.resolve(state), path = "/view" }: {
    readonly head?: () => Promise<number | undefined>;
    readonly atOnce?: () => Promise<State>;
    readonly path?: string;
  } = {},
) {
  const waits: Parameters<ReadModels["wait"]>[1][] = [];
  const readModels = {
    wait(_view: View, wait: Parameters<ReadModels["wait"]>[1]) {
      waits.push(wait);
      return wait.waitMs === 0 ? atOnce() : Promise.resolve(state);
    },
    isParked: (_view: View, key: string | undefined) => Promise.resolve(key !== "b"),
    follow: () => () => {},
  };
  const log = Object.assign(eventLog.memoryLog(), { head });
  const { service } = exampleService((app) => {
    app.get("/view", readsFrom(orderView), (c) => c.json({ rows: 1 }));
    app.get("/sums", readsFrom(orderView, { sums: true }), (c) => c.json({ rows: 1 }));
    app.get("/view/:id", readsFrom(orderView, { param: "id" }), (c) => {
      if (c.req.query("unknown")) throw new Refusal("order-unknown", "Cannot find it");
      return c.json({ rows: 1 });
    });
  }, { readModels, log });
  const response = await service(new Request(`http://example${path}`, { headers }));
  return { response, body: await response.json(), wait: waits.at(-1) };
}

const reached = { position: 12, reached: true };
const behind = { position: 5, reached: false };

Deno.test("an answer says how far its read model is", async () => {
  const { response, wait } = await query({}, reached);
  equal(response.headers.get("X-Position"), "12");
  equal(wait?.position, undefined);
});

Deno.test("an answer says that events of its key are parked, also where there is no row yet, or of any key for sums", async () => {
  const said = await Promise.all(
    ["/view", "/view/a", "/view/b", "/view/a?unknown=1", "/sums"].map(async (path) => {
      const { response } = await query({}, reached, { path });
      return [response.status, response.headers.get("X-Read-Model-Parked")];
    }),
  );
  deepEqual(said, [[200, null], [200, "true"], [200, null], [404, "true"], [200, "true"]]);
});

Deno.test("a query waits for the position it is given, two seconds unless told", async () => {
  const late = { atOnce: () => Promise.resolve(behind) };
  const { response, wait } = await query({ "X-Min-Position": "12" }, reached, late);
  equal(response.status, 200);
  equal(wait?.position, 12);
  equal(wait?.waitMs, 2_000);
});

Deno.test("a position beyond the end of the log is not waited for", async () => {
  const headers = { "X-Min-Position": "12", Prefer: "wait=15" };
  for (const head of [11, undefined]) {
    const options = { head: () => Promise.resolve(head) };
    const { response, body, wait } = await query(headers, behind, options);
    equal(response.status, 503);
    equal(body.code, "read-model-behind");
    match(body.detail, /nothing in the log is as far as that/);
    equal(wait?.waitMs, 0);
  }
  const stale = { ...headers, Prefer: "wait=15, stale-ok" };
  const { response } = await query(stale, behind, { head: () => Promise.resolve(11) });
  equal(response.status, 200);
  equal(response.headers.get("X-Position"), "5");
});

Deno.test("a log that is not there does not stop a query, which waits for its read model", async () => {
  const headers = { "X-Min-Position": "12", Prefer: "wait=15" };
  const { response, wait } = await query(headers, reached, {
    head: () => Promise.reject(new Unavailable("the log is down")),
    atOnce: () => Promise.resolve(behind),
  });
  equal(response.status, 200);
  equal(wait?.waitMs, 15_000);
});

Deno.test("a read model of which nothing is known yet is waited for", async () => {
  const { response, wait } = await query({ "X-Min-Position": "12" }, reached, {
    atOnce: () => Promise.reject(new Unavailable("starting", { code: "read-model-unavailable" })),
  });
  equal(response.status, 200);
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
