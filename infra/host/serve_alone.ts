import { type Log, machine, type Service, time } from "@headwater/core";
import type { ServiceDefinition } from "./service.ts";
import { ownHosts, withSecret } from "@headwater/http";
import { createResilientClient, meteredClient } from "@headwater/resilience";
import type { Application } from "./application.ts";
import { callsCheck } from "./calls_check.ts";
import { openGateway } from "./open_gateway.ts";
import { type Config, ConfigError } from "./config.ts";
import { databaseVariable } from "./settings.ts";
import { databasesOn } from "./databases.ts";
import { isLoopback } from "./is_loopback.ts";
import { openLog } from "./open_log.ts";
import { openUpstreams } from "./open_upstreams.ts";
import { openSharedStore } from "./open_shared_store.ts";
import { operatorsAdmission } from "./operators_admission.ts";
import { assertPortIsFree, serve } from "./serve.ts";
import { httpClient } from "./service_client/http.ts";
import { ownServiceFirst } from "./service_client/own_service.ts";
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
};

/** Who asks a service of a supervisor that ends it: others that are ending too. */
const supervisedLingerMs = 200;

/** Runs one service in this process, the others being where the configuration says. */
export async function serveService(
  definition: ServiceDefinition,
  { config, logger, signal, isSupervised }: AloneOptions,
): Promise<void> {
  const { name } = definition;
  const { serviceSecret: secret } = config;
  // Nobody else would find an embedded one, and there is one for all services.
  if (config.databaseUrl === undefined && config.databaseUrls[name] === undefined) {
    throw new ConfigError([
      `service "${name}" lacks a database: set DATABASE_URL, or ${databaseVariable(name)}`,
    ]);
  }
  if (secret === undefined && !isLoopback(config.host)) {
    throw new ConfigError([
      `service "${name}" lacks a secret to be reached from other machines, at ${config.host}: set SERVICE_SECRET, the same for all services and the gateway`,
    ]);
  }
  assertPortIsFree(config);
  const meter = machine.prometheusMeter();
  using _measured = measureProcess(meter, { name });
  const cacheBudget = processCaches();
  const { log, checks } = await openLog({
    ...config,
    directory: config.dataDirectory,
    cacheBudget,
    logger,
  });
  await using _log = log;
  const own = new Map<string, Service>();
  using others = httpClient(config.serviceUrls, { secret });
  const bareClient = ownServiceFirst(others, { own, secret });
  const client = meteredClient(createResilientClient(bareClient), { caller: "requests", meter });
  await using running = await startService(definition, {
    log,
    checks: [...checks, callsCheck(client)],
    healthEveryMs: config.healthEveryMs,
    url: config.databaseUrls[name] ??
      await databasesOn(config.databaseUrl ?? "", { logger })(name),
    client,
    bareClient,
    processName: config.processName,
    mostParkedKeys: config.mostParkedKeys,
    allowStranded: config.allowStranded,
    cacheBudget,
    admit: secret === undefined ? ownHosts() : withSecret(secret),
    leaving: signal,
    ...{ meter, metricsPage: meter.page },
    logger,
  });
  own.set(name, running.service);
  const lingerMs = isSupervised ? supervisedLingerMs : undefined;
  await using _server = serve(running.service, { ...config, lingerMs, logger });
  await time.aborted(signal);
}

/** Runs the gateway in this process. */
export async function serveGateway(
  application: Application,
  { config, logger, signal }: AloneOptions,
): Promise<void> {
  const meter = machine.prometheusMeter();
  using _measured = measureProcess(meter, { name: "gateway" });
  await using open = await openUpstreams(application, { ...config, logger });
  const cacheBudget = processCaches();
  const shared = await openSharedStore({
    ...config,
    application: application.name,
    cacheBudget,
    logger,
  });
  await using sharedStore = shared.store;
  using bareClient = httpClient(config.serviceUrls, { secret: config.serviceSecret });
  using ending = new DisposableStack();
  const ended = new AbortController();
  ending.defer(() => ended.abort());
  const client = meteredClient(createResilientClient(bareClient), { caller: "requests", meter });
  const gateway = openGateway(application, {
    client,
    bareClient,
    sharedStore,
    ending: ended.signal,
    upstreams: open.upstreams,
    serviceUrls: config.serviceUrls,
    checks: [cachesCheck(cacheBudget), callsCheck(client), ...shared.checks, ...open.checks],
    healthEveryMs: config.healthEveryMs,
    admit: ownHosts({ listensOn: config.host, names: config.hostNames }),
    admitOperators: operatorsAdmission(config),
    leaving: signal,
    ...{ meter, metricsPage: meter.page },
    logger,
  });
  await using _server = serve(gateway, { ...config, logger });
  await time.aborted(signal);
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
