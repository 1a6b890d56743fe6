import { deepEqual, equal } from "node:assert/strict";
import { exampleService } from "./testing/example_service.ts";

const head = { method: "HEAD" };

function service() {
  return exampleService((app) => {
    app.get(
      "/page",
      (c) => c.json({ umlaut: "ä", method: c.req.raw.method }, 200, { ETag: '"1"' }),
    );
    app.get("/nothing", (c) => c.body(null, 204));
    app.get("/events", (c) => {
      const events = new ReadableStream({ start() {} });
      return c.body(events, 200, { "Content-Type": "text/event-stream" });
    });
  }).service;
}

for (const path of ["/page", "/nothing", "/orders/1", "/nowhere", "/health/live", "/orders?x=1"]) {
  Deno.test(`HEAD ${path} says what GET does, without a body`, async () => {
    const url = `http://example${path}`;
    const headers = { "X-Correlation-Id": "flow-1" };
    const toGet = await service()(new Request(url, { headers }));
    const toHead = await service()(new Request(url, { ...head, headers }));
    equal(toHead.status, toGet.status);
    const length = (await toGet.arrayBuffer()).byteLength;
    equal(toHead.headers.get("Content-Length"), toGet.status === 204 ? null : String(length));
    const others = [toHead, toGet].map(({ headers }) =>
      [...headers].filter(([name]) => name !== "content-length")
    );
    deepEqual(others[0], others[1]);
    equal(toHead.body, null);
  });
}

Deno.test("over a connection, HEAD gives the length of what GET would send, and none for a stream", async () => {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, service());
  const origin = `http://127.0.0.1:${server.addr.port}`;
  const page = await (await fetch(`${origin}/page`)).arrayBuffer();
  const answer = await fetch(`${origin}/page`, head);
  equal(answer.headers.get("Content-Length"), String(page.byteLength));
  await answer.body?.cancel();
  const stream = await fetch(`${origin}/events`, head);
  equal(stream.headers.get("Content-Length"), null);
  await stream.body?.cancel();
});
