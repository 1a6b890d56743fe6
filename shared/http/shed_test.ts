import { deepEqual, equal, match } from "node:assert/strict";
import { machine, type Service } from "@headwater/core";
import { policy } from "@headwater/resilience";
import { declare } from "./declare.ts";
import { declaredRoutes } from "./public_routes.ts";
import { routeFinder } from "./route_finder.ts";
import { shed } from "./shed.ts";
import { exampleOrder, exampleService } from "./testing/example_service.ts";
import { readJson } from "./validation.ts";

const never = new AbortController().signal;

function setUp({ meter }: { readonly meter?: machine.Meter } = {}) {
  const shedder = policy.createShedder({ start: 10 });
  const asked: string[] = [];
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const running: number[] = [];
  const { service, logged } = exampleService((app) => {
    app.get("/api/doors", declare({ priority: "bulk" }), (c) => c.json({ all: true }));
    app.get("/api/doors/held", async (c) => {
      await held;
      return c.json({});
    });
    app.get("/api/doors/:id", declare({ priority: "critical" }), (c) => {
      asked.push(c.req.path);
      running.push(shedder.describe().running);
      return c.json({});
    });
    app.post("/api/doors", async (c) => c.json(await readJson(c, exampleOrder)));
  }, {
    doorOf(app, logger) {
      const find = routeFinder(declaredRoutes("example", app));
      return shed({
        ...{ shedder, believes: true, service: "example", meter, logger },
        priorityOf: ({ req }) => find(req.method, req.path)?.route.declared.priority ?? "normal",
      });
    },
  });
  function fill(count: number): void {
    for (let each = 0; each < count; each++) shedder.enter("critical", { signal: never });
  }
  return { service, shedder, asked, logged, running, fill, release };
}

async function statusOf(service: Service, path: string, init?: RequestInit): Promise<number> {
  const answer = await service(new Request(`http://doors${path}`, init));
  await answer.body?.cancel();
  return answer.status;
}

Deno.test("what is too much is refused with 503, saying when to come again, and that it was too much", async () => {
  const { service, fill } = setUp();
  fill(5);
  const answer = await service(
    new Request("http://doors/api/doors", { headers: { "X-Correlation-Id": "mine" } }),
  );
  equal(answer.status, 503);
  equal(answer.headers.get("Retry-After"), "1");
  equal(answer.headers.get("X-Overloaded"), "true");
  equal(answer.headers.get("X-Correlation-Id"), "mine");
  equal(answer.headers.get("Content-Type"), "application/problem+json");
  const { code, detail, limit, correlationId } = await answer.json();
  deepEqual([code, limit, correlationId], ["overloaded", "shedding", "mine"]);
  match(detail, /^Service "example" cannot take a request of priority "bulk"/);
});

Deno.test("a route has the priority that is declared of it, or the normal one", async () => {
  const { service, fill, asked } = setUp();
  equal(await statusOf(service, "/api/doors"), 200);
  fill(9);
  equal(await statusOf(service, "/api/doors"), 503);
  equal(await statusOf(service, "/api/doors/held"), 503);
  equal(await statusOf(service, "/nothing"), 503);
  equal(await statusOf(service, "/api/doors/7"), 200);
  deepEqual(asked, ["/api/doors/7"]);
});

Deno.test("between services a request has the priority of the one that it follows from, commands of processes the highest", async () => {
  const { service, fill } = setUp();
  fill(9);
  const headers = { "X-Priority": "critical" };
  equal(await statusOf(service, "/api/doors", { headers }), 200);
  equal(await statusOf(service, "/api/doors", { headers: { "X-Priority": "first" } }), 503);
  equal(await statusOf(service, "/api/doors/7", { headers: { "X-Priority": "bulk" } }), 503);
  // It lacks a key, which somebody has looked at
  equal(await statusOf(service, "/commands/Charge", { method: "POST" }), 400);
});

Deno.test("health, numbers and operators are never refused", async () => {
  const { service, fill } = setUp();
  fill(10);
  equal(await statusOf(service, "/health/live"), 200);
  equal(await statusOf(service, "/health/ready"), 200);
  for (const path of ["/ops/projections", "/metrics", "/console", "/console/sagas"]) {
    equal(await statusOf(service, path), 404, path);
  }
  equal(await statusOf(service, "/consoles"), 503);
});

Deno.test("a place is left when the answer is there, however it ended", async () => {
  const { service, shedder, running, release } = setUp();
  const held = statusOf(service, "/api/doors/held");
  equal(await statusOf(service, "/api/doors/7"), 200);
  deepEqual(running, [2]);
  release();
  equal(await held, 200);
  equal(await statusOf(service, "/orders/7"), 404);
  equal(await statusOf(service, "/api/doors", { method: "POST", body: "{" }), 415);
  equal(shedder.describe().running, 0);
});

Deno.test("a request whose body is still coming holds no place", async () => {
  const { service, shedder } = setUp();
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const status = statusOf(service, "/api/doors", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: readable,
  });
  const writer = writable.getWriter();
  await writer.write(new TextEncoder().encode("{"));
  await writer.ready;
  equal(shedder.describe().running, 0);
  await writer.write(new TextEncoder().encode("}"));
  await writer.close();
  equal(await status, 400);
  equal(shedder.describe().running, 0);
});

Deno.test("that it refuses is told once, and counted by priority and reason", async () => {
  const meter = machine.prometheusMeter();
  const { service, fill, logged } = setUp({ meter });
  fill(9);
  for (let times = 0; times < 3; times++) await statusOf(service, "/nothing");
  equal(logged.filter(({ level }) => level === "warn").length, 1);
  const page = await meter.page();
  match(
    page,
    /headwater_http_requests_shed_total{service="example",priority="normal",reason="limit"} 3\n/,
  );
  match(page, /headwater_http_concurrency_limit{service="example"} 10\n/);
  match(page, /headwater_http_requests_worked_on{service="example"} 9\n/);
});

Deno.test("what a client says makes no command one that only waits", async () => {
  const { service, shedder } = setUp();
  const { enter } = shedder;
  const waits: unknown[] = [];
  shedder.enter = (priority, options) => {
    waits.push(options.waits);
    return enter(priority, options);
  };
  const headers = { Accept: "text/event-stream", "X-Min-Position": "0", "Last-Event-ID": "0" };
  await statusOf(service, "/api/doors", { method: "POST", headers });
  await statusOf(service, "/api/doors", { headers });
  deepEqual(waits, [false, true]);
});
