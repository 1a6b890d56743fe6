import assert from "node:assert/strict";
import { machine, Unavailable } from "@headwater/core";
import { withSecret } from "./service_secret.ts";
import { exampleService, jsonRequest, validExampleOrder } from "./testing/example_service.ts";

const { prometheusMeter } = machine;

/** The requests that were counted, as `method route status`. */
async function counted(page: Promise<string>): Promise<readonly string[]> {
  const found = (await page).matchAll(
    /headwater_http_requests_total{service="example",method="(.*)",route="(.*)",status="(.*)"} (.*)/g,
  );
  return Array.from(
    found,
    ([, method, route, status, count]) => `${method} ${route} ${status} ${count}`,
  );
}

Deno.test("requests are counted by the route that is declared, whatever they asked for", async () => {
  const meter = prometheusMeter();
  const { service } = exampleService((app) => {
    app.get("/orders/:id/late", () => Promise.reject(new Unavailable("Cannot answer: busy")));
    app.get("/orders/:id/broken", () => {
      throw new Error("bug");
    });
  }, { meter });
  const at = "http://example";
  for (
    const request of [
      jsonRequest("/orders/o1", { body: validExampleOrder }),
      jsonRequest("/orders/o2", { body: validExampleOrder }),
      jsonRequest("/orders/o3", { body: {} }),
      new Request(`${at}/orders/o1/late`),
      new Request(`${at}/orders/o1/broken`),
      new Request(`${at}/nothing/here`),
      new Request(`${at}/orders/o1/late`, { method: "BREW" }),
      new Request(`${at}/health/live`),
    ]
  ) await (await service(request)).body?.cancel();
  assert.deepEqual(await counted(meter.page()), [
    "POST /orders/:id 202 2",
    "POST /orders/:id 400 1",
    "GET /orders/:id/late 503 1",
    "GET /orders/:id/broken 500 1",
    "GET (none) 404 1",
    "(other) (none) 501 1",
    "GET /health/live 200 1",
  ]);
  const page = await meter.page();
  assert.match(page, /duration_seconds_count{.*route="\/orders\/:id",status_class="2xx"} 2\n/);
  assert.match(page, /headwater_http_requests_running{service="example"} 0\n/);
});

Deno.test("requests that are under way, and those that are refused before any route, are seen too", async () => {
  const meter = prometheusMeter();
  const asked = Promise.withResolvers<void>();
  const given = Promise.withResolvers<Response>();
  const { service } = exampleService((app) => {
    app.get("/slow", () => {
      asked.resolve();
      return given.promise;
    });
  }, { meter, metricsPage: meter.page, admit: withSecret("secret") });
  const slow = service(
    new Request("http://example/slow", { headers: { "X-Service-Secret": "secret" } }),
  );
  await asked.promise;
  await (await service(new Request("http://example/orders/o1"))).body?.cancel();
  const answer = await service(new Request("http://example/metrics"));
  assert.equal(answer.headers.get("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  const page = await answer.text();
  // This one, and the slow one
  assert.match(page, /headwater_http_requests_running{service="example"} 2\n/);
  assert.deepEqual(await counted(Promise.resolve(page)), ["GET (none) 401 1"]);
  given.resolve(new Response());
  await slow;
});

Deno.test("who asks for a page while it is being made gets that one", async () => {
  const making = Promise.withResolvers<string>();
  let pages = 0;
  const { service } = exampleService(() => {}, {
    metricsPage() {
      pages++;
      return making.promise;
    },
  });
  const answers = [1, 2].map(() => service(new Request("http://example/metrics")));
  making.resolve("one 1\n");
  assert.deepEqual(await Promise.all(answers.map(async (each) => await (await each).text())), [
    "one 1\n",
    "one 1\n",
  ]);
  assert.equal(pages, 1);
});

Deno.test("a service that keeps no numbers has no page of them", async () => {
  const { service } = exampleService();
  const answer = await service(new Request("http://example/metrics"));
  await answer.body?.cancel();
  assert.equal(answer.status, 404);
});
