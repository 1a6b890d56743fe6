import { machine, type Service, Unavailable } from "@headwater/core";
import { recordingTracer, serviceClientSuite } from "@headwater/testing";
import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { inProcessClient } from "./in_process.ts";
import { tracedClient, tracedService } from "./traced.ts";

serviceClientSuite("traced client", (service) => {
  const tracer = recordingTracer();
  const services = new Map([["example", tracedService(service, tracer)]]);
  return Promise.resolve({
    client: tracedClient(inProcessClient(services), tracer),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
}, Deno);

function setUp(service: Service) {
  const tracer = recordingTracer();
  const client = tracedClient(inProcessClient(new Map([["example", service]])), tracer);
  return {
    tracer,
    ask: (headers: Record<string, string> = {}) =>
      client.call("example", new Request("http://example/things/1", { headers })),
  };
}

Deno.test("a call is a span that the service is told of, with the number of its repetition", async () => {
  let told: string | null = null;
  const { tracer, ask } = setUp((request) => {
    told = request.headers.get("traceparent");
    return Promise.resolve(new Response(null, { status: 409 }));
  });
  await tracer.span({ name: "whole" }, () => ask({ "X-Attempt": "3" }));
  const [whole, call] = tracer.spans;
  equal(call?.parentId, whole?.spanId);
  equal(told, `00-${call?.traceId}-${call?.spanId}-01`);
  deepEqual([call?.name, call?.kind, call?.failure], ["GET", "client", "409"]);
  equal(call?.attributes["server.address"], "example");
  equal(call.attributes["http.request.resend_count"], 2);
  equal(call.attributes["http.response.status_code"], 409);
});

Deno.test("a call that fails is a span that has failed", async () => {
  const { tracer, ask } = setUp(() =>
    Promise.reject(new Unavailable("Cannot reach it", { code: "service-unreachable" }))
  );
  await rejects(tracer.span({ name: "whole" }, () => ask()), Unavailable);
  deepEqual(tracer.spans.map(({ failure, isOver }) => [failure, isOver]), [
    ["service-unreachable", true],
    ["service-unreachable", true],
  ]);
});

Deno.test("what is part of nothing is no span, and asks the service for none", async () => {
  const told: (string | null)[] = [];
  const { tracer, ask } = setUp((request) => {
    told.push(request.headers.get("traceparent"));
    return Promise.resolve(new Response());
  });
  await ask();
  const own = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  await ask({ traceparent: own });
  equal(tracer.spans.length, 0);
  equal(machine.readTraceparent(told[0]), told[0]);
  match(told[0] ?? "", /-00$/);
  equal(told[1], own);
});

Deno.test("where nobody listens client and service are what they were", () => {
  const service: Service = () => Promise.resolve(new Response());
  const client = inProcessClient(new Map([["example", service]]));
  equal(tracedClient(client, machine.silentTracer), client);
  equal(tracedService(service, machine.silentTracer), service);
});
