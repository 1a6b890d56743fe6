/**
 * What a process is given of OpenTelemetry's own variables: those that are set, and where they do not say it, whose spans
 * it sends and that it heeds callers who want none, which Deno 2.9.6 does not by itself. None where nobody listens.
 */
export function telemetryVariables(
  env: Readonly<Record<string, string | undefined>>,
  { name, namespace }: {
    /** Of the process. */
    readonly name: string;
    /** Of what it is a part of: then it has its own name, whatever that has. */
    readonly namespace?: string;
  },
): Record<string, string> {
  if (env["OTEL_DENO"] !== "true") return {};
  const given = Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      name.startsWith("OTEL_") && value !== undefined ? [[name, value]] : []
    ),
  );
  const defaults = { OTEL_TRACES_SAMPLER: "parentbased_always_on" };
  if (namespace === undefined) return { ...defaults, OTEL_SERVICE_NAME: name, ...given };
  const attributes = [given["OTEL_RESOURCE_ATTRIBUTES"] || [], `service.namespace=${namespace}`];
  return {
    ...defaults,
    ...given,
    OTEL_SERVICE_NAME: name,
    OTEL_RESOURCE_ATTRIBUTES: attributes.flat().join(","),
  };
}
