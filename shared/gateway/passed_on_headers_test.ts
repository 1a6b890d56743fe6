import { edge } from "@headwater/http";
import { recordingTracer } from "@headwater/testing";
import assert from "node:assert/strict";
import { openGateway } from "./testing/open_gateway.ts";

async function passedOn(headers: Record<string, string>, address?: string): Promise<Headers> {
  const { gateway, requests } = openGateway(() => Promise.resolve(new Response("{}")));
  const request = new Request("http://gateway/api/things/1", { headers });
  if (address !== undefined) edge.noteClientAddress(request, address);
  await gateway(request);
  return requests[0]!.headers;
}

Deno.test("by which headers services know each other, no client can say", async () => {
  const claimed = [
    "X-Service-Secret",
    "X-Route",
    "X-Shadow",
    "X-Attempt",
    "X-Causation-Id",
    "X-Actor",
    "X-Real-IP",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Anything",
  ];
  const headers = await passedOn({
    ...Object.fromEntries(claimed.map((name) => [name, "guessed"])),
    Forwarded: "for=10.0.0.1",
    Authorization: "Bearer mine",
    Cookie: "a=1",
  });
  for (const name of claimed) assert.equal(headers.get(name), null, name);
  assert.equal(headers.get("Authorization"), "Bearer mine");
  assert.equal(headers.get("Cookie"), "a=1");
});

Deno.test("where a request comes from is said by the gateway", async () => {
  for (
    const [host, address, expected] of [
      ["localhost:8000", "192.0.2.7", 'for=192.0.2.7;host="localhost:8000";proto=http'],
      ["[::1]:8000", "2001:db8::1", 'for="[2001:db8::1]";host="[::1]:8000";proto=http'],
      ['x";for=evil', undefined, "for=unknown;proto=http"],
    ] as const
  ) {
    assert.equal((await passedOn({ Host: host }, address)).get("Forwarded"), expected);
  }
});

Deno.test("HEAD says as well where it comes from", async () => {
  const { gateway, requests } = openGateway(() => Promise.resolve(new Response("{}")));
  const request = new Request("http://gateway/api/things/1", { method: "HEAD" });
  edge.noteClientAddress(request, "192.0.2.7");
  await gateway(request);
  assert.match(requests[0]!.headers.get("Forwarded") ?? "", /^for=192.0.2.7;/);
});

const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

Deno.test("the trace of a request goes on, with what the client's systems say of it", async () => {
  const told = { traceparent, tracestate: "vendor=1", baggage: "tenant=7" };
  const headers = await passedOn(told);
  for (const [name, value] of Object.entries(told)) assert.equal(headers.get(name), value, name);
});

Deno.test("what is no trace, or says too much of one, is left out", async () => {
  for (const junk of ["junk", "a".repeat(1_000_000), traceparent.toUpperCase()]) {
    const headers = await passedOn({ traceparent: junk, tracestate: "vendor=1" });
    for (const name of ["traceparent", "tracestate"]) assert.equal(headers.get(name), null);
  }
  const much = "a".repeat(1_000_000);
  const headers = await passedOn({ traceparent, tracestate: much, baggage: much });
  assert.equal(headers.get("traceparent"), traceparent);
  for (const name of ["tracestate", "baggage"]) assert.equal(headers.get(name), null);
});

Deno.test("where somebody listens, what services do is part of what the gateway does", async () => {
  const tracer = recordingTracer();
  const { gateway, requests } = openGateway(() => Promise.resolve(new Response("{}")), { tracer });
  await tracer.span(
    { name: "GET", kind: "server", parent: traceparent },
    () => gateway(new Request("http://gateway/api/things/1", { headers: { traceparent } })),
  );
  const [span] = tracer.spans;
  assert.equal(span?.name, "GET /api/things/:id");
  assert.equal(
    requests[0]!.headers.get("traceparent"),
    `00-${span.traceId}-${span.spanId}-01`,
  );
});
