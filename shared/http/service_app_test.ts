import { deepEqual, equal, match } from "node:assert/strict";
import { z } from "zod";
import { type EdgeRoutes, toService } from "./service_app.ts";
import { Hono } from "hono";
import { readJson } from "./validation.ts";
import { silentLog } from "@headwater/core";

function exampleService() {
  const app: EdgeRoutes = new Hono();
  app.post("/things/:id", async (c) => {
    return c.json(
      await readJson(c, z.strictObject({ lines: z.array(z.strictObject({ quantity: z.int() })) })),
    );
  });
  return toService(app, {
    service: "example",
    logger: silentLog,
    newId: () => "00000000-0000-4000-8000-000000000001",
  });
}

Deno.test("a field that does not fit is named by its path", async () => {
  const service = exampleService();
  const response = await service(
    new Request("http://example/things/1", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Correlation-Id": "mine" },
      body: JSON.stringify({ lines: [{ quantity: 1.5, x: 1 }] }),
    }),
  );
  equal(response.status, 400);
  equal(response.headers.get("X-Correlation-Id"), "mine");
  deepEqual((await response.json()).errors, [
    { path: "lines[0].quantity", message: "Invalid input: expected int, received number" },
    { path: "lines[0].x", message: "Unknown field" },
  ]);
});

Deno.test("a path under another method is answered with the methods it has", async () => {
  const response = await exampleService()(new Request("http://example/things/1"));
  equal(response.status, 405);
  equal(response.headers.get("Allow"), "POST");
  match((await response.json()).detail, /POST/);
});

Deno.test("a method that nobody knows is none of any path", async () => {
  for (const path of ["/things/1", "/nothing"]) {
    const response = await exampleService()(
      new Request(`http://example${path}`, { method: "PURGE" }),
    );
    equal(response.status, 501);
    equal((await response.json()).code, "method-unknown");
  }
});

Deno.test("a route that does not exist is a problem document", async () => {
  const response = await exampleService()(new Request("http://example/nothing"));
  equal(response.status, 404);
  deepEqual(await response.json(), {
    type: "urn:headwater:problem:route-unknown",
    title: "Route unknown",
    status: 404,
    detail: "Cannot GET this path: there is no such route",
    code: "route-unknown",
    correlationId: "00000000-0000-4000-8000-000000000001",
  });
});

Deno.test("each request is a line for whoever looks for a fault, without what is somebody's own", async () => {
  const lines: unknown[] = [];
  const app: EdgeRoutes = new Hono();
  app.get("/things/:id", (c) => c.json({}));
  const service = toService(app, {
    service: "example",
    logger: { ...silentLog, debug: (message, fields) => lines.push({ message, ...fields }) },
    newId: () => "00000000-0000-4000-8000-000000000001",
  });
  await service(
    new Request("http://example/things/7?name=Ada", { headers: { "X-Correlation-Id": "mine" } }),
  );
  const [line] = lines;
  match(JSON.stringify(line), /"ms":[\d.]+/);
  deepEqual({ ...Object(line), ms: 0 }, {
    message: "answered a request",
    method: "GET",
    route: "/things/:id",
    status: 200,
    ms: 0,
    correlationId: "mine",
  });
});
