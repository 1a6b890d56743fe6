import {
  type HealthCheck,
  type Log,
  type machine,
  type Service,
  type ServiceClient,
  time,
} from "@headwater/core";
import type { Upstreams } from "@headwater/gateway";
import type { policy } from "@headwater/resilience";
import { type Application, routesOfAll } from "./application.ts";
import {
  type Admission,
  describe,
  type edge,
  type EdgeRoutes,
  ownHosts,
  type Routes,
  watchHealth,
} from "@headwater/http";
import type { calls } from "@headwater/resilience";
import { Hono } from "hono";
import { describeApi } from "./describe_api.ts";
import { describeEvents } from "./describe_events.ts";
import { openConsole } from "./open_console.ts";
import type { ReadLog } from "./open_log.ts";
import { serviceChecks } from "./service_checks.ts";

/** The application's gateway over its services, in this process or in others. */
export function openGateway(
  application: Application,
  {
    client,
    settingsOf,
    bareClient,
    log,
    sharedStore,
    ending,
    upstreams,
    serviceUrls,
    checks = [],
    healthEveryMs,
    traceUrl,
    admit = ownHosts(),
    identify,
    login,
    welcome,
    admitOperators,
    admitMetrics,
    operators,
    book,
    leaving,
    parting,
    shedder,
    meter,
    tracer,
    metricsPage,
    logger,
  }: {
    readonly client: ServiceClient;
    /** The numbers of calls to services. */
    readonly settingsOf: calls.SettingsOf;
    /** For what must not be asked again, nor count against a service: whether it is ready. */
    readonly bareClient: ServiceClient;
    /** What operators look at; undefined: it cannot be read from here, and there is no console. */
    readonly log: ReadLog | undefined;
    /** Aborts when nobody is answered any more. */
    readonly ending: AbortSignal;
    /** What gateway processes share. */
    readonly sharedStore: machine.SharedStore;
    /** Systems that are not ours; default: there are none. */
    readonly upstreams?: Upstreams | undefined;
    /** Where services are that have processes of their own; default: all are in this one. */
    readonly serviceUrls?: ReadonlyMap<string, string>;
    /** Of its process, beside its services. */
    readonly checks?: readonly HealthCheck[];
    /** Milliseconds between looks at those; default: 5,000. */
    readonly healthEveryMs?: number | undefined;
    /** Where the console finds traces, with `{id}` in it; default: nowhere. */
    readonly traceUrl?: string | undefined;
    /** Default: who calls it by a name of this machine. */
    readonly admit?: Admission | undefined;
    /** Who asks; default: nobody is asked. */
    readonly identify?: edge.Identify | undefined;
    /** Where people log in to the console; default: nowhere. */
    readonly login?: EdgeRoutes | undefined;
    /** What browsers are shown first; default: what the gateway says of itself. */
    readonly welcome?: EdgeRoutes | undefined;
    /** Whom to take for an operator; default: everybody whom it answers. */
    readonly admitOperators?: Admission | undefined;
    /** Whom its process's numbers are shown; default: everybody. */
    readonly admitMetrics?: Admission | undefined;
    /** What they look at and do, beside what its services tell. */
    readonly operators?: Routes | undefined;
    /** Of whom its process calls. */
    readonly book: calls.CallBook;
    /** Aborts when its process begins to leave. */
    readonly leaving?: AbortSignal | undefined;
    /** Aborts when its event streams have to end; default: when it begins to leave. */
    readonly parting?: AbortSignal | undefined;
    /** Refuses what cannot be worked on. */
    readonly shedder: policy.Shedder;
    /** Takes its numbers. */
    readonly meter: machine.Meter;
    /** Of what it does. */
    readonly tracer: machine.Tracer;
    /** All numbers of its process. */
    readonly metricsPage: () => Promise<string>;
    readonly logger: Log;
  },
): Service {
  const routes = routesOfAll(application);
  const health = watchHealth([
    ...serviceChecks(application, { client: bareClient, routes }),
    ...checks,
  ], {
    signal: ending,
    everyMs: healthEveryMs,
  });
  return application.createGateway({
    service: "gateway",
    application: application.name,
    ...{ client, settingsOf, bareClient, ending, sharedStore, upstreams, serviceUrls },
    routes,
    health,
    admit,
    identify,
    login,
    ...{ admitOperators, admitMetrics, operators, book },
    ...(log &&
      {
        console: openConsole(application, {
          ...{ client: bareClient, operators, log, health, traceUrl, ending, logger },
          hasLogin: login !== undefined,
        }),
      }),
    leaving,
    parting,
    more: morePages(application, welcome),
    ...{ shedder, meter, tracer, metricsPage },
    logger,
    newId: time.timedId,
  });
}

/** Who comes first is welcomed; what may be asked, and what happens inside: for operators, as all of it is. */
function morePages(application: Application, welcome: EdgeRoutes | undefined): EdgeRoutes {
  const app: EdgeRoutes = new Hono();
  if (welcome) app.route("/", welcome);
  describe.addDescription(app, {
    path: "/openapi.json",
    describe: () => describeApi(application),
  });
  describe.addDescription(app, {
    path: "/asyncapi.json",
    describe: () => describeEvents(application),
  });
  describe.addDocs(app, () => ({
    api: describeApi(application),
    events: describeEvents(application),
  }));
  return app;
}
