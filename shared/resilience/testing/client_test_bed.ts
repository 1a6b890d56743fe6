import type { Service } from "@headwater/core";
import { manualClock } from "@headwater/testing";
import { createResilientClient } from "../resilient_client.ts";

/** A client of one service, by a clock that a test turns; what reaches the service is kept. */
export function clientTestBed(
  service: Service,
  options: Parameters<typeof createResilientClient>[1] = {},
) {
  const clock = manualClock();
  const requests: Request[] = [];
  const client = createResilientClient({
    call(_service, request) {
      requests.push(request);
      return service(request);
    },
  }, { random: () => 0.5, clock, ...options });
  return { clock, requests, client };
}
