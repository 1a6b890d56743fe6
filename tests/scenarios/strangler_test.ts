import { acts, eventLog, silentLog } from "@headwater/core";
import { gateway, readRouteTable, routesActs, strangler } from "@headwater/gateway";
import { application, databasesOn, serve, service, startHost } from "@headwater/host";
import { routes } from "@headwater/http";
import { startThrowAwayPostgres } from "@headwater/postgres";
import { eventually } from "@headwater/testing";
import assert from "node:assert/strict";

type Side = "legacy" | "new";

const paths = ["/api/things", "/api/things/:sku"];
const headers = { "Content-Type": "application/json" };

/** How each side answers for now. */
const faults = { isBroken: false, price: 450 };
const stores: Readonly<Record<Side, Map<string, unknown>>> = { legacy: new Map(), new: new Map() };

/** What both sides do with things, each with its own. */
function answerOf(side: Side, { method, sku, body }: {
  readonly method: string;
  readonly sku: string;
  readonly body?: unknown;
}): Response {
  if (side === "new" && faults.isBroken) return Response.json({}, { status: 500 });
  const store = stores[side];
  if (method === "PUT") store.set(sku, body);
  if (sku === "") {
    const price = side === "new" ? faults.price : 450;
    return Response.json({ items: [{ sku: "tea", price }], at: performance.now() });
  }
  const found = store.get(sku);
  return found ? Response.json(found) : Response.json({}, { status: 404 });
}

/** The service in its place; what a real one has in a database it has in memory. */
function thingsService() {
  const app = routes();
  for (const path of paths) {
    app.get(path, (c) => answerOf("new", { method: "GET", sku: c.req.param("sku") ?? "" }));
  }
  app.put(
    "/api/things/:sku",
    async (c) =>
      answerOf("new", { method: "PUT", sku: c.req.param("sku"), body: await c.req.json() }),
  );
  return service({ name: "things", routes: app });
}

const house = application({
  name: "house",
  services: [thingsService(), service(strangler)],
  createGateway: gateway({ pages: [] }),
});

/** Says that answers have a time, which differs each time. */
const strangles = { name: "things", entity: ["param:sku"], subject: ["header:x-customer"] };

Deno.test("a route moves from a legacy system to a service, and takes back what makes it worse", async (test) => {
  await using postgres = await startThrowAwayPostgres();
  await using log = eventLog.memoryLog();
  await using legacy = serve(async (request) => {
    const { pathname } = new URL(request.url);
    const body = request.method === "PUT" ? await request.json() : undefined;
    return answerOf("legacy", { method: request.method, sku: pathname.split("/")[3] ?? "", body });
  }, { host: "127.0.0.1", port: 0, lingerMs: 0, logger: silentLog });
  const table = readRouteTable(
    JSON.stringify({
      upstreams: { legacy: { url: legacy.url } },
      routes: [
        ...paths.map((path) => ({ method: "GET", path, upstream: "legacy", strangles })),
        { method: "PUT", path: "/api/things/:sku", upstream: "legacy", strangles },
      ],
    }),
    {
      routes: [...paths.map((path) => ({ method: "GET", path })), {
        method: "PUT",
        path: paths[1]!,
      }],
      pages: [],
    },
  );
  await using host = await startHost(house, {
    log,
    database: databasesOn(postgres.url, {
      prefix: "strangler",
      services: house.services,
      logger: silentLog,
    }),
    upstreams: { table: () => table, send: (request) => fetch(request) },
    logger: silentLog,
  });
  await using server = serve(host.gateway, {
    host: "127.0.0.1",
    port: 0,
    lingerMs: 0,
    logger: silentLog,
  });

  async function ask(path: string, init: RequestInit = {}) {
    const answer = await fetch(`${server.url}${path}`, init);
    const { status } = answer;
    return { status, side: answer.headers.get("X-Served-By"), body: await answer.json() };
  }
  async function act(name: string, args: object) {
    const { status, body } = await ask(`/ops/routes/${name}`, {
      method: "POST",
      headers: { ...headers, "X-Actor": "ada" },
      body: JSON.stringify({ route: "things", reason: "because", ...args }),
    });
    assert.equal(status, 200, JSON.stringify(body));
    return body;
  }
  /** What the command line prints where this runs. */
  async function look(...words: string[]) {
    let printed = "";
    const print = (text: string) => printed += text;
    const context = { databases: host.databases, reads: log };
    const asked = [...words, "--json"];
    await acts.operatorsCommand(routesActs, asked, { context, print, isTerminal: false });
    return JSON.parse(printed);
  }
  async function sidesOf(customers: number): Promise<readonly (string | null)[]> {
    const sides: (string | null)[] = [];
    for (let customer = 0; customer < customers; customer++) {
      sides.push((await ask("/api/things", { headers: { "X-Customer": `c${customer}` } })).side);
    }
    return sides;
  }

  await test.step("its gateway declares it, and the legacy side serves it", async () => {
    assert.equal((await ask("/api/things")).side, "legacy");
    await eventually("the declaration", async () => (await look("list")).length === 1);
  });

  await test.step("in the shadow differences are found, and none where they are put right", async () => {
    faults.price = 451;
    await act("shadow", { percent: 100 });
    async function sampled() {
      return await eventually("a hundred samples", async () => {
        await Promise.all(Array.from({ length: 5 }, () => ask("/api/things")));
        const report = await look("report", "things");
        return report.samples >= 100 && report.noiseSamples > 0 && report;
      });
    }
    const wrong = await sampled();
    assert.equal(wrong.isSafeToRaise, false);
    const counting = wrong.fields.filter(({ counts }: { counts: boolean }) => counts);
    assert.deepEqual(counting.map(({ field }: { field: string }) => field), ["body.items[].price"]);
    assert.ok(wrong.examples.length > 0 && wrong.examples.length <= 10);
    faults.price = 450;
    await act("shadow", { percent: 0 });
    await act("shadow", { percent: 100 });
    const right = await sampled();
    assert.equal(right.verdict, "safe to raise");
    // The time differs, and from itself just as often
    assert.deepEqual(right.fields.map(({ field }: { field: string }) => field), ["body.at"]);
    await act("shadow", { percent: 0 });
  });

  await test.step("half of the customers go to the new side, each to the same one each time", async () => {
    await act("set", { share: 50 });
    const [once, again] = [await sidesOf(40), await sidesOf(40)];
    assert.deepEqual(once, again);
    assert.equal(new Set(once).size, 2);
    await act("set", { share: 75 });
    const more = await sidesOf(40);
    assert.ok(once.every((side, customer) => side === "legacy" || more[customer] === "new"));
  });

  await test.step("what was written stays with its side, until an operator moves it", async () => {
    const put = { method: "PUT", headers, body: '{"name":"Tea"}' };
    await act("set", { share: 100 });
    assert.equal((await ask("/api/things/tea", put)).side, "new");
    await act("set", { share: "legacy" });
    assert.equal((await ask("/api/things/pot", put)).side, "legacy");
    assert.deepEqual(await ask("/api/things/tea"), {
      ...{ status: 200, side: "new", body: { name: "Tea" } },
    });
    await eventually("the count of pins", async () => {
      const [{ pinnedLegacy, pinnedNew }] = await look("list");
      return pinnedLegacy === 1 && pinnedNew === 1;
    });
    stores.legacy.set("tea", { name: "Moved" });
    await act("move", { entity: "tea", side: "legacy" });
    assert.deepEqual((await ask("/api/things/tea")).body, { name: "Moved" });
  });

  await test.step("a broken release is taken back by itself, with a reason", async () => {
    await act("set", { share: 60 });
    faults.isBroken = true;
    await eventually("the roll-back", async () => {
      await sidesOf(20);
      const [route] = await look("list");
      return route.rollBacks === 1 && route;
    });
    const [{ percent, changedBy, reason }] = await look("list");
    assert.deepEqual([percent, changedBy], [0, "gateway"]);
    assert.match(reason, /errors .* of \d+ answers, legacy 0.0 %/);
    assert.deepEqual(new Set(await sidesOf(20)), new Set(["legacy"]));
  });

  await test.step("who is trusted sees whether it is repaired, before it is raised again", async () => {
    faults.isBroken = false;
    await eventually("the circuit to close", async () => {
      const { side, status } = await ask("/api/things", { headers: { "X-Route": "new" } });
      return side === "new" && status === 200;
    });
  });

  await test.step("all go to the new side, until somebody kills it", async () => {
    await act("set", { share: 100 });
    assert.deepEqual(new Set(await sidesOf(10)), new Set(["new"]));
    await act("kill", {});
    assert.deepEqual(new Set(await sidesOf(10)), new Set(["legacy"]));
    assert.equal((await ask("/api/things", { headers: { "X-Route": "new" } })).side, "legacy");
    await act("kill", { lift: true });
    assert.equal((await ask("/api/things", { headers: { "X-Route": "legacy" } })).side, "legacy");
    assert.equal((await ask("/api/things")).side, "new");
    const all = log.recorded.filter(({ stream }) => stream === "strangledRoute-things");
    assert.ok(all.slice(1).every(({ data }) => data && Object.hasOwn(data, "reason")));
  });
});
