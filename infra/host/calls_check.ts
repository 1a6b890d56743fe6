import type { HealthCheck } from "@headwater/core";
import type { ResilientClient } from "@headwater/resilience";

/** Shows the breakers of calls to other services. Never fails: one that is open stays so while nobody calls, and tells of others. */
export function callsCheck(client: Pick<ResilientClient, "describe">): HealthCheck {
  return {
    name: "calls",
    check: () => Promise.resolve(),
    observe: () =>
      Object.fromEntries(
        client.describe().map(({ service, calls, breaker }) => [`${service} ${calls}`, breaker]),
      ),
  };
}
