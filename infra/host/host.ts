import { gatewayShedder } from "./gateway_shedder.ts";
import { type EventLog, type HealthCheck, type Log, machine, type Service } from "@headwater/core";
import type { Upstreams } from "@headwater/gateway";
import type { Admission, edge, EdgeRoutes } from "@headwater/http";
import { fillTurns } from "@headwater/projections";
import { calls } from "@headwater/resilience";
import { gatewayActs } from "./gateway_acts.ts";
import { type Application, ownedOfAll, type ServiceDatabase } from "./application.ts";
import { callsCheck } from "./calls_check.ts";
import { openGateway } from "./open_gateway.ts";
import { followIsolation } from "./lasting_isolation.ts";
import { openTelemetryTracer } from "./open_telemetry.ts";
import { ownCalls, targetsOf } from "./operated_calls.ts";
import { inProcessClient } from "./service_client/in_process.ts";
import { tracedClient, tracedService } from "./service_client/traced.ts";
import { cachesCheck, processCaches } from "./process_caches.ts";
import { measureProcess } from "./process_metrics.ts";
import { type RunningService, startService } from "./start_service.ts";
import { requestCalls } from "./request_calls.ts";
import { requestClient } from "./request_client.ts";

/** An application that runs in this process, until it is disposed. */
export type Host = AsyncDisposable & {
  readonly gateway: Service;
  readonly databases: readonly ServiceDatabase[];
};

/** Runs a whole application in this process: its services, their read models and processes, and the gateway. */
export async function startHost(
  application: Application,
  {
    log,
    checks,
    sharedStore = machine.memoryStore(),
    gatewayChecks = [],
    healthEveryMs,
    traceUrl,
    upstreams,
    settingsOf = calls.settingsByTarget([{ all: requestCalls }, application.resilience ?? {}]),
    database,
    processName,
    mostParkedKeys,
    allowStranded,
    cacheBudget = processCaches(),
    admit,
    identify,
    login,
    welcome,
    admitOperators,
    admitMetrics,
    leaving,
    tracerOf = openTelemetryTracer,
    logger,
  }: {
    readonly log: EventLog;
    /** Of the connection to the log. */
    readonly checks?: readonly HealthCheck[];
    /** What gateway processes share; default: nothing, each has its own memory. */
    readonly sharedStore?: machine.SharedStore;
    /** Of the gateway, beside those of its services. */
    readonly gatewayChecks?: readonly HealthCheck[];
    /** Milliseconds between looks at what its services and the gateway need; default: 5,000. */
    readonly healthEveryMs?: number | undefined;
    /** Where the console finds traces, with `{id}` in it; default: nowhere. */
    readonly traceUrl?: string | undefined;
    /** Systems that are not ours, which the gateway reaches; default: there are none. */
    readonly upstreams?: Upstreams | undefined;
    /** The numbers of calls to services; default: as the application says. */
    readonly settingsOf?: calls.SettingsOf;
    /** URL of a service's own database, which is there when this resolves. */
    database(service: string): Promise<string>;
    /** By what other processes and operators know this one; default: a random name. */
    readonly processName?: string | undefined;
    /** Of each read model; with more it stops; default: 1,000. */
    readonly mostParkedKeys?: number | undefined;
    /** Instances of processes may run by versions that this release lacks: they stay stuck; default: false. */
    readonly allowStranded?: boolean;
    /** Of the process; default: a quarter of its heap. */
    readonly cacheBudget?: machine.CacheBudget;
    /** Whom its gateway answers; default: who calls it by a name of this machine. */
    readonly admit?: Admission;
    /** Who asks its gateway; default: nobody is asked. */
    readonly identify?: edge.Identify | undefined;
    /** Where people log in to the console; default: nowhere. */
    readonly login?: EdgeRoutes | undefined;
    /** What browsers are shown first; default: what the gateway says of itself. */
    readonly welcome?: EdgeRoutes | undefined;
    /** Whom its gateway takes for an operator; default: everybody whom it answers. */
    readonly admitOperators?: Admission;
    /** Whom its process's numbers are shown; default: everybody. */
    readonly admitMetrics?: Admission | undefined;
    /** Aborts when this process begins to leave. */
    readonly leaving?: AbortSignal;
    /** Of what a service, or with undefined nobody in particular, does; default: Deno's own, where that is on. */
    readonly tracerOf?: (service?: string) => machine.Tracer;
    readonly logger: Log;
  },
): Promise<Host> {
  await using starting = new AsyncDisposableStack();
  const meter = machine.prometheusMeter();
  const { lagMs } = starting.use(measureProcess(meter, { name: application.name }));
  const services = new Map<string, Service>();
  const bareClient = tracedClient(inProcessClient(services), tracerOf());
  const fills = fillTurns();
  const owned = ownedOfAll(application);
  const book = calls.callBook(application.name);
  const client = requestClient(bareClient, { settingsOf, meter, book });
  starting.use(await followIsolation(log, { book, logger }));
  const stopping: RunningService[] = [];
  // Side by side, so that one that waits for something that is gone does not hold up the others.
  starting.defer(async () => {
    await Promise.all(stopping.map((service) => service[Symbol.asyncDispose]()));
  });
  // All of them, so that what did start is stopped when one of them fails.
  const started = await Promise.allSettled(application.services.map(async (definition) => {
    const url = await database(definition.name);
    const tracer = tracerOf(definition.name);
    const running = await startService(definition, {
      log,
      checks,
      healthEveryMs,
      url,
      client,
      bareClient,
      processName,
      mostParkedKeys,
      allowStranded,
      cacheBudget,
      fills,
      owned,
      ...{ meter, book, tracer },
      logger,
    });
    stopping.push(running);
    services.set(definition.name, tracedService(running.service, tracer));
    const { name: service, views, sagas } = definition;
    return { service, views, sagas, sql: running.sql };
  }));
  const databases = started.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
  const ending = new AbortController();
  // Before its services end: it listens to them
  starting.defer(() => ending.abort());
  const gateway = openGateway(application, {
    ...{ client, settingsOf },
    bareClient,
    log,
    checks: [cachesCheck(cacheBudget), callsCheck(client), ...gatewayChecks],
    traceUrl,
    healthEveryMs,
    book,
    operators: gatewayActs({
      ...{ reads: log, log, isItsOwn: true },
      calls: ownCalls(book, () => targetsOf(application, upstreams)),
    }),
    ...{ ending: ending.signal, sharedStore, upstreams, admit, leaving, logger },
    ...{ identify, login, welcome, admitOperators, admitMetrics },
    // Its services are asked by it and by their own processes alone: what is refused is refused here
    shedder: gatewayShedder(lagMs),
    ...{ meter, metricsPage: meter.page, tracer: tracerOf("gateway") },
  });
  const running = starting.move();
  return { gateway, databases, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
