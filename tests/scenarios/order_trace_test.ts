import { eventLog, silentLog } from "@headwater/core";
import { databasesOn, startHost } from "@headwater/host";
import { startThrowAwayPostgres } from "@headwater/postgres";
import { eventually, recordingTracer } from "@headwater/testing";
import { shop } from "@shop/app";
import { assertIsTold, isWhole, placeTraced } from "./order_trace.ts";

Deno.test("one trace tells an order's way through all services of a process", async () => {
  const tracer = recordingTracer();
  await using postgres = await startThrowAwayPostgres();
  await using log = eventLog.memoryLog();
  await using host = await startHost(shop, {
    log,
    database: databasesOn(postgres.url, { prefix: "trace", logger: silentLog }),
    tracerOf: (service) =>
      tracer.with(service === undefined ? {} : { "headwater.service": service }),
    logger: silentLog,
  });
  await placeTraced((request) =>
    // As the server does it that listens for clients
    tracer.with({ "headwater.service": "gateway" }).span({
      ...{ name: "POST", kind: "server", parent: request.headers.get("traceparent") },
    }, () => host.gateway(request))
  );
  const spans = () =>
    tracer.spans.map(({ attributes, ...span }) => ({
      ...span,
      service: String(attributes["server.address"] ?? attributes["headwater.service"]),
    }));
  await eventually("the order to come all its way", () => Promise.resolve(isWhole(spans())));
  assertIsTold(spans());
});
