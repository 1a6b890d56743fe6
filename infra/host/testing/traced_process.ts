import { Refusal, type ServiceClient, silentLog } from "@headwater/core";
import { openTelemetryTracer } from "../open_telemetry.ts";
import { serve } from "../serve.ts";
import { httpClient } from "../service_client/http.ts";
import { tracedClient } from "../service_client/traced.ts";
import { upstreamSender } from "../service_client/upstream.ts";

// A process whose spans are looked at by tests: it calls itself, and fails, and links
const tracer = openTelemetryTracer("example");
await using server = serve(async (request) => {
  await tracer.span({ name: "work" }, () => Promise.resolve());
  return Response.json({
    traceparent: request.headers.get("traceparent"),
    current: tracer.current().traceparent ?? null,
  });
}, { host: "127.0.0.1", port: 0, lingerMs: 0, logger: silentLog });
using http = httpClient(new Map([["example", server.url]]));
const client = tracedClient(http, tracer);
const theirs = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const outside = await (await ask(client)).json();
const asked = await tracer.span({ name: "asked", parent: theirs }, async ({ traceparent }) => ({
  own: traceparent,
  ...await (await ask(client)).json(),
}));
using send = upstreamSender({ isTraced: tracer.isOn });
const upstream = await tracer.span({ name: "upstream", parent: theirs }, async () => {
  const headers = { traceparent: theirs };
  return await (await send(new Request(`${server.url}/x`, { headers }), "legacy")).json();
});
await tracer.span(
  { name: "batch", kind: "consumer", parent: null, links: [theirs, "junk"], beganAt: 1_000 },
  () => Promise.reject(new TypeError("bug")),
).catch(() => {});
await tracer.span(
  { name: "refused", parent: "junk" },
  () => Promise.reject(new Refusal("thing-refused", "Cannot do it")),
).catch(() => {});
await Deno.stdout.write(
  new TextEncoder().encode(JSON.stringify({ isOn: tracer.isOn, outside, asked, upstream })),
);

function ask(client: ServiceClient): Promise<Response> {
  return client.call("example", new Request("http://example/x"));
}
