import {
  type EventLog,
  type Log,
  Refusal,
  type Service,
  type ServiceClient,
  Unavailable,
} from "@headwater/core";
import { type AskedOfService, operatorsConsole } from "@headwater/console";
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
import { actorHeader, problemSchema } from "./ask_running.ts";
import { operatorsActs } from "./operators_acts.ts";

/** A log for those who only look. */
export type ReadLog = Pick<EventLog, "read" | "readAll" | "subscribe" | "head">;

/** A page may wait for an act as long as people do. */
const longestMs = 10_000;

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

/** Has a service do an act, or tell something. Errors: the `Refusal` of the act; `Unavailable`: its outcome is not known. */
async function askService(
  client: ServiceClient,
  { service, path, args, changes, actor, identity, signal }: AskedOfService,
): Promise<unknown> {
  const url = new URL(`http://${service}/ops/${path}`);
  const limit = AbortSignal.any([AbortSignal.timeout(longestMs), ...(signal ? [signal] : [])]);
  if (!changes) {
    for (const [name, value] of Object.entries(args)) url.searchParams.set(name, String(value));
  }
  const answer = await client.call(
    service,
    changes
      ? new Request(url, {
        method: "POST",
        headers: {
          "Content-Type": "application/json",
          // A header takes no other letters
          ...(actor !== undefined && { [actorHeader]: actor.replaceAll(/[^ -~]/g, "?") }),
          ...(identity && { [edge.identityHeader]: edge.identityText(identity) }),
        },
        body: JSON.stringify(args),
        signal: limit,
      })
      : new Request(url, { signal: limit }),
  );
  const value = await answer.json().catch(() => undefined);
  if (answer.ok) return value;
  const { code, detail } = problemSchema.safeParse(value).data ??
    { code: "answer-unreadable", detail: `"${service}" answers ${answer.status}` };
  if (answer.status < 500) throw new Refusal(code, detail);
  throw new Unavailable(detail, { code });
}
