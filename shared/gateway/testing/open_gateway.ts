import { machine, type Service, silentLog } from "@headwater/core";
import { gateway as defineGateway, type GatewayDependencies } from "../gateway.ts";

const declared = { priority: "normal", roles: ["public"] } as const;

/** A gateway in front of one service that stands for all of them; what reaches it is kept. */
export function openGateway(
  service: Service,
  { createGateway = defineGateway({ pages: [] }), ...given }:
    & Partial<GatewayDependencies>
    & {
      /** Default: one without pages. */
      createGateway?(dependencies: GatewayDependencies): Service;
    } = {},
): { readonly gateway: Service; readonly requests: Request[] } {
  const requests: Request[] = [];
  const gateway = createGateway({
    service: "gateway",
    application: "house",
    routes: [
      { method: "GET", path: "/api/things/:id", service: "things", declared },
      { method: "POST", path: "/api/things", service: "things", declared },
    ],
    client: {
      call(_name, request) {
        requests.push(request.clone());
        return service(request);
      },
    },
    bareClient: { call: () => Promise.reject(new Error("Cannot call: nobody is there")) },
    ending: new AbortController().signal,
    sharedStore: machine.memoryStore(),
    logger: silentLog,
    newId: () => crypto.randomUUID(),
    ...given,
  });
  return { gateway, requests };
}
