import { machine } from "@headwater/core";
import type { PublicRoute } from "@headwater/http";
import assert from "node:assert/strict";
import { z } from "zod";
import { gateway as defineGateway } from "./gateway.ts";
import { page } from "./page.ts";

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
