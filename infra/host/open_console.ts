import type { Log, Service, ServiceClient } from "@headwater/core";
import { operatorsConsole } from "@headwater/console";
import {
  edge,
  type EdgeRoutes,
  type Routes,
  routes,
  toService,
  type watchHealth,
} from "@headwater/http";
import { Hono } from "hono";
import type { Application } from "./application.ts";
import { askService } from "./ask_service.ts";
import type { ReadLog } from "./open_log.ts";
import { operatorsActs } from "./operators_acts.ts";

/** The console of an application: what it shows it reads from the log, and asks the services, wherever they run. */
export function openConsole(
  application: Application,
  { client, operators, log, health, traceUrl, hasLogin, ending, logger }: {
    readonly client: ServiceClient;
    /** What the gateway itself does and tells; default: nothing. */
    readonly operators?: Routes | undefined;
    readonly log: ReadLog;
    /** Of the gateway. */
    readonly health: ReturnType<typeof watchHealth>;
    /** With `{id}` where a trace's id stands; default: nobody shows traces. */
    readonly traceUrl?: string | undefined;
    /** People log in to it, and out again. */
    readonly hasLogin: boolean;
    /** Aborts when nobody is answered any more. */
    readonly ending: AbortSignal;
    readonly logger: Log;
  },
): EdgeRoutes {
  const gateway = operators && operatorsService(operators, { logger });
  const all: ServiceClient = {
    call: (service, request) =>
      gateway && service === "gateway" ? gateway(request) : client.call(service, request),
  };
  return operatorsConsole({
    application: application.name,
    services: application.services.map(({ name, categories, aggregates, sagas }) => ({
      ...{ name, categories },
      folds: [...aggregates, ...sagas],
    })),
    log,
    acts: operatorsActs(() => Promise.reject(new Error("The console asks services for acts"))),
    ask: (asked) => askService(all, asked),
    checks: () =>
      health.known().map(({ check, outcome, isBad }) => {
        const cause = outcome?.failure ?? outcome?.warning;
        const { name } = check;
        if (cause === undefined) return { name, status: outcome ? "pass" : "warn", cause };
        return { name, status: isBad ? "fail" : "warn", cause };
      }),
    ...(traceUrl !== undefined && {
      traceUrl: (traceId: string) => traceUrl.replaceAll("{id}", traceId),
    }),
    ...(hasLogin && { logOutUrl: "/console/logout" }),
    ending,
    logger,
  });
}

/** The gateway's own acts, for its own console: who may see that was looked at before. */
function operatorsService(operators: Routes, { logger }: { readonly logger: Log }): Service {
  const app: EdgeRoutes = new Hono();
  return toService(app.route("/", routes().use(edge.toldIdentity()).route("/", operators)), {
    ...{ service: "gateway", logger, newId: () => crypto.randomUUID() },
  });
}
