import { machine } from "@headwater/core";
import { edge, type EdgeRoutes, type PublicRoute } from "@headwater/http";
import { Hono } from "hono";
import assert from "node:assert/strict";
import { z } from "zod";
import { gateway as defineGateway } from "./gateway.ts";
import { page } from "./page.ts";
import { openGateway } from "./testing/open_gateway.ts";

const ordinary = { priority: "normal", roles: ["public"] } as const;

const routes: readonly PublicRoute[] = [
  {
    method: "POST",
    path: "/api/orders",
    service: "order",
    declared: {
      ...ordinary,
      rate: { requests: 5, windowMs: 1_000 },
      body: z.strictObject({ sku: z.string(), note: z.string().optional() }).refine(() => true),
    },
  },
  {
    method: "GET",
    path: "/api/doors/:id",
    service: "doors",
    declared: {
      ...ordinary,
      query: z.strictObject({ limit: z.coerce.number().default(5) }).transform(({ limit }) =>
        limit
      ),
    },
  },
];

Deno.test("the gateway's front page says what there is", async () => {
  const gateway = defineGateway({
    pages: [page({ path: "/api/orders/:id", parts: [] })],
  })({
    service: "gateway",
    application: "house",
    routes,
    bareClient: { call: () => Promise.reject(new Error("Cannot call: nobody is there")) },
    ending: new AbortController().signal,
    sharedStore: machine.memoryStore(),
    client: { call: () => Promise.reject(new Error("Cannot call: nobody is there")) },
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    newId: () => crypto.randomUUID(),
  });
  const response = await gateway(new Request("http://gateway/"));
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), {
    name: "house",
    services: ["order", "doors"],
    requests: ["GET /api/doors/:id", "POST /api/orders", "GET /api/orders/:id"],
    declared: {
      "GET /api/doors/:id": { ...ordinary, query: ["limit?"] },
      "POST /api/orders": { ...ordinary, rate: "5 in 1000 ms", body: ["sku", "note?"] },
    },
    health: ["/health/live", "/health/ready", "/health/startup"],
  });
});

Deno.test("who may not see an operators' page at / is told what everybody is, and changes nothing there", async () => {
  const more: EdgeRoutes = new Hono();
  more.get("/", (c) => c.text("welcome"));
  more.post("/", (c) => c.text("done"));
  more.get("/inside", (c) => c.text("inside"));
  let isAdmitted = false;
  const { gateway } = openGateway(() => Promise.resolve(new Response()), {
    more,
    admitOperators() {
      if (!isAdmitted) throw new edge.NotAdmitted("secret-wrong", "Cannot answer");
    },
  });
  const asked = (path: string, method = "GET") =>
    gateway(new Request(`http://gateway${path}`, { method }));
  const front = await asked("/");
  assert.deepEqual([front.status, (await front.json()).name], [200, "house"]);
  assert.equal((await asked("/", "POST")).status, 401);
  assert.equal((await asked("/inside")).status, 401);
  isAdmitted = true;
  assert.equal(await (await asked("/")).text(), "welcome");
});
