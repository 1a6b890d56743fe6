import type { HealthCheck, ServiceClient } from "@headwater/core";
import type { PublicRoute } from "@headwater/http";
import type { ServiceDefinition } from "./service.ts";
import { z } from "zod";

/**
 * How the services are that a gateway forwards to. The client must be the bare one: a service that is leaving says so
 * with 503, which a resilient one would ask for again and count against the service's breaker.
 */
export function serviceChecks(
  { services }: { readonly services: readonly Pick<ServiceDefinition, "name">[] },
  { client, routes = [] }: {
    readonly client: ServiceClient;
    /** Those that clients ask them for. */
    readonly routes?: readonly Pick<PublicRoute, "service" | "path">[];
  },
): readonly HealthCheck[] {
  return services.map(({ name }) => {
    const own = routes.filter(({ service }) => service === name);
    return serviceCheck(name, { client, affects: templatesOf(own) });
  });
}

/** Their paths as URI templates, `/orders/{id}` (RFC 6570), each once. */
export function templatesOf(routes: readonly Pick<PublicRoute, "path">[]): readonly string[] {
  const templates = routes.map(({ path }) => path.replaceAll(/:(\w+)(\{[^/]*\})?/g, "{$1}"));
  return [...new Set(templates)];
}

function serviceCheck(
  service: string,
  { client, affects }: { readonly client: ServiceClient; readonly affects: readonly string[] },
): HealthCheck {
  return {
    name: `service:${service}`,
    ofOthers: true,
    affects,
    async check(signal) {
      const response = await client.call(
        service,
        new Request(`http://${service}/health/ready`, { signal }),
      );
      const reasons = await reasonsIn(response);
      if (!response.ok) throw new Error([`Answered ${response.status}`, ...reasons].join("; "));
      // It has seen for itself how long that lasts
      return reasons.length > 0 ? { warning: reasons.join("; ") } : {};
    },
  };
}

/** As `shared/http/health.ts` answers. */
const healthReport = z.object({
  checks: z.record(
    z.string(),
    z.array(z.object({ output: z.string().optional() })),
  ),
});

/** What is wrong with what it needs, whether it is ready or not. */
export async function reasonsIn(response: Response): Promise<readonly string[]> {
  const { data } = healthReport.safeParse(parsed(await response.text()));
  return Object.entries(data?.checks ?? {}).flatMap(([name, results]) =>
    results.flatMap(({ output }) => output === undefined ? [] : [`${name}: ${output}`])
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
