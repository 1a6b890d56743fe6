import type { DomainEvent } from "@headwater/core";
import { describe } from "@headwater/http";
import { z } from "zod";
import { type Application, routesOfAll } from "./application.ts";
import type { ServiceDefinition } from "./service.ts";

/** What clients may ask of an application's gateway. */
export function describeApi(application: Application): describe.OpenApi {
  const { name, version = "1.0.0", services, createGateway } = application;
  const declared = services.flatMap(({ name, routes }) =>
    routes ? describe.declaredRoutes(name, routes) : []
  );
  const pages = createGateway.describePages?.(declared) ?? [];
  const routes = [...routesOfAll(application), ...pages];
  return describe.openApi({ title: name, version, routes, at: "gateway" });
}

/** What its gateway and other services may ask of a service. */
export function describeService(
  { name, routes, aggregates, examples }: ServiceDefinition,
): describe.OpenApi {
  const byType: Readonly<Record<string, DomainEvent>> = Object.assign({}, ...examples);
  const commands = aggregates.flatMap((aggregate) =>
    Object.entries(aggregate.commands).map(([type, body]) =>
      commandRoute(name, { type, body, example: byType[type]?.data })
    )
  );
  return describe.openApi({
    title: name,
    version: "1.0.0",
    routes: [...(routes ? describe.declaredRoutes(name, routes) : []), ...commands],
    at: "service",
  });
}

/** As `commandEndpoint` takes it from other services. */
function commandRoute(
  service: string,
  { type, body, example }: {
    readonly type: string;
    readonly body: z.ZodType;
    readonly example: unknown;
  },
): describe.DescribedRoute {
  return {
    service,
    method: "POST",
    path: `/commands/${type}`,
    declared: {
      operation: `command${type}`,
      summary: "For other services: `Idempotency-Key` is required",
      body,
      answer: z.object({ revision: z.int().min(-1) }),
      example: { body: example },
    },
  };
}
