import { recordingTracer } from "@headwater/testing";
import { deepEqual, equal } from "node:assert/strict";
import { Unavailable } from "@headwater/core";
import { exampleService } from "./testing/example_service.ts";

Deno.test("the span of a request is named by the route that is declared, and says how it was answered", async () => {
  const tracer = recordingTracer();
  const { service } = exampleService((app) => {
    app.get("/orders/:id/late", () => Promise.reject(new Unavailable("Cannot answer: busy")));
    app.get("/orders/:id/trace", (c) => c.text(c.var.traceparent ?? "none"));
  }, { tracer });
  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  async function ask(path: string): Promise<string> {
    // As whoever serves it does
    return await tracer.span({ name: "GET" }, async () => {
      const headers = { traceparent, "X-Correlation-Id": "flow-1" };
      return await (await service(new Request(`http://example${path}`, { headers }))).text();
    });
  }
  await ask("/orders/o1/late");
  const within = await ask("/orders/o2/trace");
  await ask("/nothing/here");
  deepEqual(
    tracer.spans.map(({ name, failure }) => [name, failure]),
    [
      ["GET /orders/:id/late", "503"],
      ["GET /orders/:id/trace", undefined],
      ["GET", undefined],
    ],
  );
  const [, traced] = tracer.spans;
  equal(traced!.attributes["http.route"], "/orders/:id/trace");
  equal(traced!.attributes["messaging.message.conversation_id"], "flow-1");
  // What follows from it follows from that span, which follows from the client's
  equal(within, `00-${traced!.traceId}-${traced!.spanId}-01`);
});

Deno.test("where nobody listens what follows from a request follows from the client's span", async () => {
  const { service } = exampleService((app) => {
    app.get("/trace", (c) => c.text(c.var.traceparent ?? "none"));
  });
  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const asked = new Request("http://example/trace", { headers: { traceparent } });
  equal(await (await service(asked)).text(), traceparent);
  for (const other of ["junk", "x".repeat(1_000_000)]) {
    const asked = new Request("http://example/trace", { headers: { traceparent: other } });
    equal(await (await service(asked)).text(), "none");
  }
});
