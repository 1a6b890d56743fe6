import type { PublicRoute } from "@headwater/http";
import { policy } from "@headwater/resilience";
import assert from "node:assert/strict";
import { openGateway } from "./testing/open_gateway.ts";

const roles = ["public"] as const;
const routes: readonly PublicRoute[] = [
  {
    ...{ service: "things", method: "POST", path: "/api/things" },
    declared: { priority: "critical", roles },
  },
  {
    ...{ service: "things", method: "GET", path: "/api/things" },
    declared: { priority: "bulk", roles, rate: { requests: 1, windowMs: 10_000 } },
  },
  {
    ...{ service: "things", method: "GET", path: "/api/things/:id" },
    declared: { priority: "normal", roles },
  },
];

function setUp() {
  const shedder = policy.createShedder({ start: 10 });
  const running: number[] = [];
  const { gateway, requests } = openGateway(() => {
    running.push(shedder.describe().running);
    return Promise.resolve(Response.json({}));
  }, { routes, shedder });
  function fill(count: number): void {
    const { signal } = new AbortController();
    for (let each = 0; each < count; each++) shedder.enter("critical", { signal });
  }
  async function ask(path: string, init?: RequestInit): Promise<Response> {
    return await gateway(new Request(`http://gateway${path}`, init));
  }
  return { shedder, requests, running, fill, ask };
}

Deno.test("services are told the priority of a route, whatever a client says of it", async () => {
  const { ask, requests } = setUp();
  await ask("/api/things", { method: "POST" });
  await ask("/api/things/7", { headers: { "X-Priority": "critical" } });
  assert.deepEqual(requests.map(({ headers }) => headers.get("X-Priority")), [
    "critical",
    "normal",
  ]);
});

Deno.test("what cannot be worked on is refused before its service is asked, and by its route", async () => {
  const { ask, fill, requests } = setUp();
  fill(9);
  const headers = { "X-Priority": "critical" };
  const refused = await ask("/api/things", { headers });
  assert.equal(refused.status, 503);
  assert.equal(refused.headers.get("X-Overloaded"), "true");
  assert.equal((await ask("/api/things", { method: "POST" })).status, 200);
  assert.equal((await ask("/health/live")).status, 200);
  assert.equal(requests.length, 1);
});

Deno.test("who asks too often is told that, not that there is too much to do", async () => {
  const { ask, fill } = setUp();
  assert.equal((await ask("/api/things")).status, 200);
  fill(9);
  assert.equal((await ask("/api/things")).status, 429);
});

Deno.test("a request is worked on until it is answered", async () => {
  const { ask, shedder, running } = setUp();
  await ask("/api/things", { method: "POST", body: "{}" });
  assert.deepEqual(running, [1]);
  assert.equal(shedder.describe().running, 0);
});

Deno.test("a client's path makes nothing the command of a process", async () => {
  const { ask, fill } = setUp();
  fill(9);
  assert.equal((await ask("/commands/Charge", { method: "POST" })).status, 503);
});
