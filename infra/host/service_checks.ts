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
    const paths = routes.filter(({ service }) => service === name).map(({ path }) => path);
    return serviceCheck(name, { client, paths });
  });
}

function serviceCheck(
  service: string,
  { client, paths }: { readonly client: ServiceClient; readonly paths: readonly string[] },
): HealthCheck {
  return {
    name: `service:${service}`,
    ofOthers: true,
    affects: [...new Set(paths.map(toTemplate))],
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

/** `/orders/:id` as a URI template, `/orders/{id}` (RFC 6570). */
function toTemplate(path: string): string {
  return path.replaceAll(/:(\w+)(\{[^/]*\})?/g, "{$1}");
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
