import { equal, match, notEqual } from "node:assert/strict";
import { exampleService } from "./testing/example_service.ts";

async function correlationIdFor(given: string): Promise<string | null> {
  const { service } = exampleService();
  const response = await service(
    new Request("http://example/orders", { headers: { "X-Correlation-Id": given } }),
  );
  equal(response.status, 200);
  return response.headers.get("X-Correlation-Id");
}

Deno.test("a sane correlation id is kept", async () => {
  for (const id of ["a", "4bf92f35-77b3", "order:7/try=2", "x".repeat(128)]) {
    equal(await correlationIdFor(id), id);
  }
});

Deno.test("any other is replaced, and the request goes on", async () => {
  for (const id of ["", "two words", 'a"b', "x".repeat(129), "ä", "<script>"]) {
    const answered = await correlationIdFor(id);
    notEqual(answered, id);
    match(answered!, /^[0-9a-f-]{36}$/);
  }
});

async function notedOf(traceparent: string): Promise<{ readonly traceparent?: string }> {
  const { service } = exampleService((app) => {
    app.get("/noted", ({ json, var: { traceparent } }) => json({ traceparent }));
  });
  const response = await service(
    new Request("http://example/noted", { headers: { traceparent } }),
  );
  return await response.json();
}

Deno.test("a well-formed traceparent is noted beside the correlation id", async () => {
  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  equal((await notedOf(traceparent)).traceparent, traceparent);
});

Deno.test("any other traceparent is dropped", async () => {
  for (
    const traceparent of [
      "junk",
      "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
      "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
    ]
  ) {
    equal((await notedOf(traceparent)).traceparent, undefined);
  }
});

Deno.test("answers whose headers cannot be changed carry it too", async () => {
  const { service } = exampleService((app) => {
    app.get("/moved", () => Response.redirect("http://example/orders", 303));
  });
  const answer = await service(
    new Request("http://example/moved", { headers: { "X-Correlation-Id": "flow-1" } }),
  );
  equal(answer.status, 303);
  equal(answer.headers.get("Location"), "http://example/orders");
  equal(answer.headers.get("X-Correlation-Id"), "flow-1");
});
