import { type Service, silentLog } from "@headwater/core";
import type { GatewayDependencies } from "@headwater/host";
import { createGateway } from "../mod.ts";

/** A gateway in front of one service that stands for all of them; what reaches it is kept. */
export function openGateway(
  service: Service,
  given: Partial<GatewayDependencies> = {},
): { readonly gateway: Service; readonly requests: Request[] } {
  const requests: Request[] = [];
  const gateway = createGateway({
    service: "gateway",
    application: "house",
    routes: [
      { method: "GET", path: "/api/things/:id", service: "things" },
      { method: "POST", path: "/api/things", service: "things" },
    ],
    client: {
      call(_name, request) {
        requests.push(request.clone());
        return service(request);
      },
    },
    logger: silentLog,
    checks: [],
    newId: () => crypto.randomUUID(),
    ...given,
  });
  return { gateway, requests };
}
