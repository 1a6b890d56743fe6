import { deepEqual, equal, rejects } from "node:assert/strict";
import type { ServiceClient } from "@headwater/core";
import { serviceChecks } from "./service_checks.ts";

const routes = [
  { service: "order", path: "/api/orders/:id/lines/:line{[0-9]+}" },
  { service: "order", path: "/api/orders" },
  { service: "order", path: "/api/orders" },
  { service: "payment", path: "/api/payments" },
];

async function check(answer: Response): Promise<unknown> {
  const client: ServiceClient = { call: () => Promise.resolve(answer) };
  const [order] = serviceChecks({ services: [{ name: "order" }] }, { client, routes });
  equal(order!.name, "service:order");
  deepEqual(order!.affects, ["/api/orders/{id}/lines/{line}", "/api/orders"]);
  return await order!.check(new AbortController().signal);
}

Deno.test("a service that is ready passes", async () => {
  deepEqual(await check(Response.json({ status: "pass", checks: {} })), {});
});

Deno.test("a service that is ready and lacks something warns of it", async () => {
  const checks = { postgres: [{ status: "warn", output: "gone" }], caches: [{ status: "warn" }] };
  deepEqual(await check(Response.json({ status: "warn", checks })), { warning: "postgres: gone" });
});

Deno.test("a service that is not says why", async () => {
  const checks = {
    "event-log": [{ status: "pass" }],
    "projection:orders": [{ status: "warn", output: "Cannot follow the event log" }],
    leaving: [{ status: "fail", output: "The process is leaving" }],
  };
  await rejects(check(Response.json({ status: "fail", checks }, { status: 503 })), {
    message:
      "Answered 503; projection:orders: Cannot follow the event log; leaving: The process is leaving",
  });
});

Deno.test("whatever else is answered is no reason to fail without a word", async () => {
  for (const body of ["", "Bad gateway", '{"checks":7}']) {
    await rejects(check(new Response(body, { status: 502 })), { message: "Answered 502" });
  }
});
