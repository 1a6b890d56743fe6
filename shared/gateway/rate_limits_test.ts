import { machine } from "@headwater/core";
import { edge, type PublicRoute } from "@headwater/http";
import { WholeAnswer } from "@headwater/resilience";
import { manualClock } from "@headwater/testing";
import assert from "node:assert/strict";
import { openGateway } from "./testing/open_gateway.ts";

const declared = { priority: "normal", roles: ["public"] } as const;
const rate = { requests: 2, windowMs: 10_000 };
const routes: readonly PublicRoute[] = [
  { service: "things", method: "GET", path: "/api/things/:id", declared: { ...declared, rate } },
  { service: "things", method: "POST", path: "/api/things", declared: { ...declared, rate } },
  { service: "things", method: "GET", path: "/api/free", declared },
  { service: "things", method: "GET", path: "/api/things/free", declared },
];

/** Of `GET /api/things/:id`. */
const key = "pk=:R0VUIC9hcGkvdGhpbmdzLzppZA==:";

function setUp(sharedStore: machine.SharedStore = machine.memoryStore()) {
  const { gateway, requests } = openGateway(() => Promise.resolve(Response.json({})), {
    routes,
    sharedStore,
  });
  return {
    requests,
    async ask(path: string, { from = "192.0.2.1", method = "GET" } = {}) {
      const request = new Request(`http://gateway${path}`, { method });
      edge.noteClientAddress(request, from);
      const { status, headers, body } = await gateway(request);
      const text = await new Response(body).text();
      return { status, headers, body: text === "" ? undefined : JSON.parse(text) };
    },
  };
}

Deno.test("a client may ask so often, whatever it asks of the route, and then is told when it may again", async () => {
  const clock = manualClock();
  const { ask, requests } = setUp(machine.memoryStore({ clock }));
  const first = await ask("/api/things/a");
  assert.equal(first.headers.get("RateLimit-Policy"), `"route";q=2;w=10;${key}`);
  assert.equal(first.headers.get("RateLimit"), `"route";r=1;t=10;${key}`);
  await clock.advance(4_001);
  assert.equal((await ask("/api/things/b")).headers.get("RateLimit"), `"route";r=0;t=6;${key}`);
  const refused = await ask("/api/things/a");
  assert.equal(refused.status, 429);
  assert.equal(refused.headers.get("Retry-After"), "6");
  assert.equal(refused.headers.get("RateLimit"), `"route";r=0;t=6;${key}`);
  assert.equal(refused.headers.get("Content-Type"), "application/problem+json");
  assert.equal(refused.body.code, "rate-limit-exceeded");
  assert.equal(requests.length, 2);
  await clock.advance(5_999);
  assert.equal((await ask("/api/things/a")).status, 200);
});

Deno.test("clients, methods and routes are counted apart, HEAD with GET, and a route without a rate not at all", async () => {
  const { ask } = setUp();
  await ask("/api/things/a");
  await ask("/api/things/a", { method: "HEAD" });
  assert.equal((await ask("/api/things/a")).status, 429);
  assert.equal((await ask("/api/things/a", { from: "192.0.2.2" })).status, 200);
  assert.equal((await ask("/api/things", { method: "POST" })).status, 200);
  for (const _ of [1, 2, 3]) {
    const { status, headers } = await ask("/api/free");
    assert.deepEqual([status, headers.get("RateLimit")], [200, null]);
  }
});

Deno.test("an answer that is in memory stays there when it is told what is left", async () => {
  const { gateway } = openGateway(() => Promise.resolve(new WholeAnswer("{}")), { routes });
  const answer = await gateway(new Request("http://gateway/api/things/a"));
  assert.ok(answer.headers.has("RateLimit"));
  assert.ok(answer instanceof WholeAnswer);
});

Deno.test("gateways that share a store count together", async () => {
  await using store = machine.memoryStore();
  const [one, other] = [setUp(store), setUp(store)];
  await one.ask("/api/things/a");
  await other.ask("/api/things/a");
  for (const { ask } of [one, other]) assert.equal((await ask("/api/things/a")).status, 429);
});

Deno.test("a request is counted of the route that answers it, not of another that its path would fit", async () => {
  const { ask } = setUp();
  for (const _ of [1, 2, 3]) {
    const { status, headers } = await ask("/api/things/free");
    assert.deepEqual([status, headers.get("RateLimit")], [200, null]);
  }
  assert.equal((await ask("/api/things/a")).headers.get("RateLimit")?.includes("r=1"), true);
});
