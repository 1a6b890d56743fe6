import { toService } from "@headwater/http";
import type { Service } from "@headwater/core";
import { gateway, type GatewayDependencies } from "./gateway.ts";

/** The gateway has no events and no database of its own. */
export function createGateway(dependencies: GatewayDependencies): Service {
  return toService(gateway(dependencies));
}
