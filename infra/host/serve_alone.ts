import { gatewayShedder } from "./gateway_shedder.ts";
import { type Log, machine, type Service, time } from "@headwater/core";
import type { ServiceDefinition } from "./service.ts";
import { edge, ownHosts } from "@headwater/http";
import { calls, policy } from "@headwater/resilience";
import type { Application } from "./application.ts";
import { callsCheck } from "./calls_check.ts";
import { gatewayActs } from "./gateway_acts.ts";
import { callsOfAll, ownCalls, targetsOf } from "./operated_calls.ts";
import { openGateway } from "./open_gateway.ts";
import { requestClient } from "./request_client.ts";
import { type Config, ConfigError } from "./config.ts";
import { departure } from "./departure.ts";
import { databaseVariable } from "./settings.ts";
import { databasesOn } from "./databases.ts";
import { lazyLog } from "./lazy_log.ts";
import { isLoopback } from "./is_loopback.ts";
import { followIsolation } from "./lasting_isolation.ts";
import { openLog } from "./open_log.ts";
import { openUpstreams } from "./open_upstreams.ts";
import { metricsAdmission } from "./metrics_admission.ts";
import { openSharedStore } from "./open_shared_store.ts";
import { openRights } from "./open_rights.ts";
import { serviceProofs } from "./service_proofs.ts";
import { resilienceOf } from "./resilience_file.ts";
import { assertPortIsFree, serve } from "./serve.ts";
import { openTelemetryTracer } from "./open_telemetry.ts";
import { httpClient } from "./service_client/http.ts";
import { ownServiceFirst } from "./service_client/own_service.ts";
import { tracedClient, tracedService } from "./service_client/traced.ts";
import { cachesCheck, processCaches } from "./process_caches.ts";
import { measureProcess } from "./process_metrics.ts";
import { startService } from "./start_service.ts";

export type AloneOptions = {
  readonly config: Config;
  readonly logger: Log;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Who ends it ends the gateway first. */
  readonly isSupervised: boolean;
  /** Whose entities are, of all services; default: those that it says. */
  readonly owned?: readonly edge.Owned[];
  /** Milliseconds that it serves after that; default: 0. */
  readonly lameDuckMs?: number;
  /** Milliseconds that requests under way may then take; default: as long as people wait. */
  readonly finishMs?: number | undefined;
};

/** Who asks a service of a supervisor that ends it: others that are ending too. */
const supervisedLingerMs = 200;
/** Of who was not told meanwhile. */
const longestLingerMs = 1_000;

/**
 * Answers of services that are not slow. More than at the gateway: what is too much is refused there first, where it costs
 * least, and what it lets in is not refused again; a service refuses what all who call it make of it together.
 */
const calmInsideMs = 1_000;

/** Runs one service in this process, the others being where the configuration says. */
export async function serveService(
  definition: ServiceDefinition,
  { config, logger, signal, isSupervised, owned, settingsOf, lameDuckMs = 0, finishMs }:
    & AloneOptions
    & {
      /** The numbers of its calls to other services; default: the usual ones. */
      readonly settingsOf?: calls.SettingsOf;
    },
): Promise<void> {
  const { name } = definition;
  const { serviceSecret: secret } = config;
  const { leaving, parting } = departure(signal, { lameDuckMs });
  // Nobody else would find an embedded one, and there is one for all services.
  if (config.databaseUrl === undefined && !config.databaseUrls.has(name)) {
    throw new ConfigError([
      `service "${name}" lacks a database: set DATABASE_URL, or ${databaseVariable(name)}`,
    ]);
  }
  if (secret === undefined && config.oidc) {
    // Who asks it could say of themselves that they are anybody
    throw new ConfigError([
      `service "${name}" lacks a secret to know the gateway by: set SERVICE_SECRET where OIDC_ISSUER is set`,
    ]);
  }
  if (secret === undefined && !isLoopback(config.host)) {
    throw new ConfigError([
      `service "${name}" lacks a secret to be reached from other machines, at ${config.host}: set SERVICE_SECRET, the same for all services and the gateway`,
    ]);
  }
  assertPortIsFree(config);
  const meter = machine.prometheusMeter();
  using measured = measureProcess(meter, { name });
  const cacheBudget = processCaches();
  const { log, checks } = await openLog({
    ...config,
    directory: config.dataDirectory,
    cacheBudget,
    logger,
  });
  await using _log = log;
  const own = new Map<string, Service>();
  const { proof, admit } = await serviceProofs(secret);
  using others = httpClient(config.serviceUrls, { proof });
  const tracer = openTelemetryTracer(name);
  const bareClient = tracedClient(ownServiceFirst(others, { own, proof }), tracer);
  const book = calls.callBook(name);
  const client = requestClient(bareClient, { settingsOf, meter, book });
  await using _isolation = await followIsolation(log, { book, logger });
  await using running = await startService(definition, {
    log,
    checks: [...checks, callsCheck(client)],
    healthEveryMs: config.healthEveryMs,
    url: config.databaseUrls.get(name) ??
      await databasesOn(config.databaseUrl ?? "", { logger })(name),
    client,
    bareClient,
    processName: config.processName,
    mostParkedKeys: config.mostParkedKeys,
    allowStranded: config.allowStranded,
    cacheBudget,
    owned,
    admit: admit(name),
    admitMetrics: metricsAdmission(config, {
      admitOthers: edge.knowsSecret(secret ?? crypto.randomUUID()),
    }),
    shedder: policy.createShedder({ lagMs: measured.lagMs, calmMs: calmInsideMs }),
    ...{ leaving, parting, meter, book, tracer, metricsPage: meter.page },
    logger,
  });
  own.set(name, tracedService(running.service, tracer));
  const lingerMs = isSupervised ? supervisedLingerMs : lingerAfter(lameDuckMs);
  await using _server = serve(running.service, {
    ...config,
    ...{ leaving, lingerMs, finishMs, logger },
  });
  await time.aborted(parting);
}

function lingerAfter(lameDuckMs: number): number {
  return Math.max(0, longestLingerMs - lameDuckMs);
}

/** Runs the gateway in this process. */
export async function serveGateway(
  application: Application,
  { config, logger, signal, isSupervised, lameDuckMs = 0, finishMs }: AloneOptions,
): Promise<void> {
  const { leaving, parting } = departure(signal, { lameDuckMs });
  const meter = machine.prometheusMeter();
  using measured = measureProcess(meter, { name: "gateway" });
  await using open = await openUpstreams(application, { ...config, logger });
  const cacheBudget = processCaches();
  const shared = await openSharedStore({
    ...config,
    application: application.name,
    cacheBudget,
    logger,
  });
  await using sharedStore = shared.store;
  const { proof } = await serviceProofs(config.serviceSecret);
  using services = httpClient(config.serviceUrls, { proof });
  const tracer = openTelemetryTracer("gateway");
  const bareClient = tracedClient(services, tracer);
  using ending = new DisposableStack();
  const ended = new AbortController();
  ending.defer(() => ended.abort());
  const settingsOf = await resilienceOf(application, config.resilienceFile);
  const book = calls.callBook("gateway");
  const client = requestClient(bareClient, { settingsOf, meter, book });
  const { eventStoreUrl } = config;
  // The embedded one is some other process's own
  await using log = eventStoreUrl === undefined ? undefined : lazyLog({
    eventStoreUrl,
    directory: config.dataDirectory,
    logger,
  });
  await using _isolation = log && await followIsolation(log, { book, logger });
  const gateway = openGateway(application, {
    ...{ client, settingsOf },
    bareClient,
    log,
    sharedStore,
    ending: ended.signal,
    upstreams: open.upstreams,
    serviceUrls: config.serviceUrls,
    checks: [cachesCheck(cacheBudget), callsCheck(client), ...shared.checks, ...open.checks],
    traceUrl: config.traceUrl,
    // Whoever has all processes started at once tries it out
    ...(isSupervised && { welcome: application.welcome?.() }),
    healthEveryMs: config.healthEveryMs,
    admit: ownHosts({ listensOn: config.host, names: config.hostNames }),
    ...await openRights(config, { sharedStore, logger }),
    shedder: gatewayShedder(measured.lagMs),
    ...{ leaving, parting, meter, tracer, metricsPage: meter.page },
    book,
    operators: log && gatewayActs({
      ...{ reads: log, log, isItsOwn: false },
      calls: callsOfAll(ownCalls(book, () => targetsOf(application, open.upstreams)), {
        services: [...config.serviceUrls.keys()],
        client: bareClient,
      }),
    }),
    logger,
  });
  await using _server = serve(gateway, {
    ...config,
    ...{ leaving, lingerMs: lingerAfter(lameDuckMs), finishMs, logger },
  });
  await time.aborted(parting);
}

/** Aborts when the pipe from our supervisor closes: it asks us to stop, or is gone. */
export function untilSupervisorEnds(): AbortSignal {
  const ended = new AbortController();
  async function listen(): Promise<void> {
    for await (const _chunk of Deno.stdin.readable) { /* It never says anything */ }
    ended.abort();
  }
  listen();
  return ended.signal;
}
