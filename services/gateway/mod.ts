import { toService } from "@headwater/shared/http/service_app";
import type { Service } from "@headwater/shared/ports/service_client";
import { gateway, type GatewayDependencies } from "./gateway.ts";

/** The gateway has no events and no database of its own. */
export function createGateway(dependencies: GatewayDependencies): Service {
  return toService(gateway(dependencies));
}
