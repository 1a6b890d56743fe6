import type { PublicRoute } from "@headwater/http";
import assert from "node:assert/strict";
import { gateway as defineGateway } from "./gateway.ts";

const routes: readonly PublicRoute[] = [
  { method: "POST", path: "/api/orders", service: "order" },
  { method: "GET", path: "/api/doors/:id", service: "doors" },
];

Deno.test("the gateway's front page says what there is", async () => {
  const gateway = defineGateway({
    pages: [(app) => app.get("/api/orders/:id", (c) => c.json({}))],
  })({
    service: "gateway",
    application: "house",
    routes,
    client: { call: () => Promise.reject(new Error("Cannot call: nobody is there")) },
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    checks: [],
    newId: () => crypto.randomUUID(),
  });
  const response = await gateway(new Request("http://gateway/"));
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), {
    name: "house",
    services: ["order", "doors"],
    requests: ["GET /api/doors/:id", "POST /api/orders", "GET /api/orders/:id"],
    health: ["/health/live", "/health/ready", "/health/startup"],
  });
});
