import type { HealthCheck, ServiceClient } from "@headwater/core";
import type { ServiceDefinition } from "./service.ts";
import { z } from "zod";

/**
 * What a gateway is ready for: every service it forwards to. The client must be the bare one: a service that is not
 * ready says so with 503, which a resilient one would ask for again and count against the service's breaker.
 */
export function serviceChecks(
  { services }: { readonly services: readonly Pick<ServiceDefinition, "name">[] },
  client: ServiceClient,
): readonly HealthCheck[] {
  return services.map(({ name }) => serviceCheck(name, client));
}

function serviceCheck(service: string, client: ServiceClient): HealthCheck {
  return {
    name: `service:${service}`,
    async check(signal) {
      const response = await client.call(
        service,
        new Request(`http://${service}/health/ready`, { signal }),
      );
      if (!response.ok) throw new Error(await reasonOf(response));
      await response.body?.cancel();
    },
  };
}

/** As `shared/http/health.ts` answers. */
const healthReport = z.object({
  checks: z.record(
    z.string(),
    z.array(z.object({ status: z.string(), output: z.string().optional() })),
  ),
});

async function reasonOf(response: Response): Promise<string> {
  const text = await response.text();
  const { data } = healthReport.safeParse(parsed(text));
  const reasons = Object.entries(data?.checks ?? {}).flatMap(([name, results]) =>
    results.filter(({ status }) => status === "fail").map(({ output }) => `${name}: ${output}`)
  );
  return [`Answered ${response.status}`, ...reasons].join("; ");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
