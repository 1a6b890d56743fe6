import { deepEqual } from "node:assert/strict";
import { telemetryVariables } from "./telemetry_variables.ts";

const env = {
  OTEL_DENO: "true",
  OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318",
  PATH: "/bin",
};

Deno.test("a process sends its spans where its variables say, under a name of its own", () => {
  deepEqual(telemetryVariables(env, { name: "headwater" }), {
    OTEL_DENO: "true",
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318",
    OTEL_SERVICE_NAME: "headwater",
    OTEL_TRACES_SAMPLER: "parentbased_always_on",
  });
  const own = { ...env, OTEL_SERVICE_NAME: "mine", OTEL_TRACES_SAMPLER: "traceidratio" };
  deepEqual(telemetryVariables(own, { name: "headwater" }), {
    OTEL_DENO: "true",
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318",
    OTEL_SERVICE_NAME: "mine",
    OTEL_TRACES_SAMPLER: "traceidratio",
  });
});

Deno.test("one of many is named after its service, in the space of the application", () => {
  const given = {
    ...env,
    OTEL_SERVICE_NAME: "mine",
    OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test",
  };
  deepEqual(telemetryVariables(given, { name: "order", namespace: "shop" }), {
    OTEL_DENO: "true",
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318",
    OTEL_SERVICE_NAME: "order",
    OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test,service.namespace=shop",
    OTEL_TRACES_SAMPLER: "parentbased_always_on",
  });
});

Deno.test("where nobody listens nothing is said of it", () => {
  deepEqual(telemetryVariables({ ...env, OTEL_DENO: "false" }, { name: "headwater" }), {});
  deepEqual(telemetryVariables({}, { name: "order", namespace: "shop" }), {});
});
