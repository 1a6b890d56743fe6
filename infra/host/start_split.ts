import type { Log } from "@headwater/core";
import type { Application } from "./application.ts";
import type { Config } from "./config.ts";
import { databaseVariable } from "./settings.ts";
import { certificateFiles } from "@headwater/eventstoredb";
import { databaseFiles, startEmbeddedPostgres } from "@headwater/postgres";
import { reachableUrl } from "./reachable_url.ts";
import { surroundingsOf } from "./open_upstreams.ts";
import { resilienceOf } from "./resilience_file.ts";
import { hostOf, readRoutesFile } from "./routes_file.ts";
import { type SplitIssuer, splitIssuer } from "./split_issuer.ts";
import { readModelDirectory } from "./read_model_directory.ts";
import { assertPortIsFree } from "./serve.ts";
import { freePorts } from "./free_ports.ts";
import {
  type ProcessPlan,
  type SupervisedProcess,
  superviseProcess,
} from "./supervised_process.ts";
import { topology } from "./topology.ts";

/** The processes of an application, until it is disposed. */
export type Split = AsyncDisposable & {
  /** Of the gateway. */
  readonly url: string;
  readonly eventStoreUrl: string;
  readonly postgresUrl: string | undefined;
  /** The event store, where it is ours, the services as the application lists them, the gateway. */
  readonly processes: readonly SupervisedProcess[];
};

/** Runs an application as one process for each service, over an event store and real HTTP, each started again when it dies. */
export async function startSplit(application: Application, options: {
  readonly config: Config;
  /** Where the embedded parts keep their data. */
  readonly directory: string;
  readonly logger: Log;
  readonly signal?: AbortSignal;
}): Promise<Split> {
  const { config, directory, logger, signal } = options;
  const [eventStorePort = 0, gatewayPort = 0, ...ports] = freePorts(
    2 + application.services.length,
  );
  const port = config.port || gatewayPort;
  assertPortIsFree({ host: config.host, port });
  const eventStoreUrl = config.eventStoreUrl ?? `esdb://127.0.0.1:${eventStorePort}?tls=false`;
  const routes = await routesOf(application, config);
  // What is wrong with it is said once, not by every process
  await resilienceOf(application, config.resilienceFile);
  // Of this run, unless somebody else has to know it
  const secret = config.serviceSecret ?? crypto.randomUUID();
  await using starting = new AsyncDisposableStack();
  async function supervise(plan: ProcessPlan): Promise<SupervisedProcess> {
    return await superviseProcess(plan, { logger, signal });
  }
  async function startPostgres(): Promise<string> {
    const place = readModelDirectory({ directory, eventStoreUrl: config.eventStoreUrl });
    const databases = application.services.length;
    const options = { directory: place, databases, logger, signal };
    return starting.use(await startEmbeddedPostgres(options)).url;
  }
  function planned(postgresUrl: string | undefined, issuer?: SplitIssuer) {
    return topology(application, {
      main: Deno.mainModule,
      gateway: {
        ...{ host: config.host, port, redisUrl: config.redisUrl, routes },
        oidc: issuer,
      },
      eventStore: config.eventStoreUrl === undefined
        ? { directory, port: eventStorePort }
        : undefined,
      ports,
      // What eight processes have to say about their start is nothing that people wait for
      logLevel: config.logLevel ?? "warn",
      env: environment(config, { eventStoreUrl, postgresUrl, secret }),
      surroundings: Deno.env.toObject(),
      files: [
        ...config.eventStoreUrl === undefined ? [] : certificateFiles(config.eventStoreUrl),
        ...new Set(databaseUrlsOf(config).flatMap(databaseFiles)),
        ...[config.resilienceFile ?? []].flat(),
      ],
      hosts: config.eventStoreUrl === undefined ? databaseHosts(config) : undefined,
    });
  }
  const { eventStore } = planned(undefined);
  const [postgresUrl, issuer, store] = await all([
    config.databaseUrl ?? startPostgres(),
    config.oidc && splitIssuer(config.oidc, { logger }),
    eventStore && supervise(eventStore).then((process) => starting.use(process)),
  ]);
  const { services, gateway } = planned(postgresUrl, issuer);
  /** Side by side, as they end: each may take a while, and people do not like to wait for Ctrl-C. */
  function start(plans: readonly ProcessPlan[]): Promise<SupervisedProcess[]> {
    const started: SupervisedProcess[] = [];
    starting.defer(async () => {
      await Promise.all(started.map((process) => process[Symbol.asyncDispose]()));
    });
    return all(plans.map(async (plan) => {
      const process = await supervise(plan);
      started.push(process);
      return process;
    }));
  }
  // The gateway ends first: what it is asked until then it asks the services
  const started = (await all([start(services), start([gateway])])).flat();
  const running = starting.move();
  return {
    url: reachableUrl({ host: config.host, port }),
    eventStoreUrl,
    postgresUrl,
    processes: store ? [store, ...started] : started,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** The file of routes, where there is one, and what its upstreams are reached at. Errors: `ConfigError`. */
async function routesOf(application: Application, { routesFile: file }: Config) {
  if (file === undefined) return undefined;
  const { upstreams } = await readRoutesFile(file, surroundingsOf(application));
  return { file, hosts: upstreams.map(({ url }) => hostOf(url)) };
}

/** Services are not told who the issuer is: what guards them guards their numbers, too. */
function metricsToken({ metricsToken, oidc }: Config, secret: string): Record<string, string> {
  const token = metricsToken ?? (oidc && secret);
  return token === undefined ? {} : { METRICS_TOKEN: token };
}

function environment(
  config: Config,
  { eventStoreUrl, postgresUrl, secret }: {
    readonly eventStoreUrl: string;
    readonly postgresUrl: string | undefined;
    readonly secret: string;
  },
): Record<string, string> {
  const ownDatabases = Array.from(
    config.databaseUrls,
    ([name, url]) => [databaseVariable(name), url],
  );
  return {
    EVENTSTORE_URL: eventStoreUrl,
    SERVICE_SECRET: secret,
    ...metricsToken(config, secret),
    MOST_PARKED_KEYS: String(config.mostParkedKeys),
    HEALTH_EVERY_MS: String(config.healthEveryMs),
    ...(config.traceUrl !== undefined && { TRACE_URL: config.traceUrl }),
    ALLOW_STRANDED: String(config.allowStranded),
    ...(config.resilienceFile !== undefined && { RESILIENCE_FILE: config.resilienceFile }),
    ...(config.trustedProxies.length > 0 && { TRUSTED_PROXIES: config.trustedProxies.join(",") }),
    ...(config.hostNames.length > 0 && { HOST_NAMES: config.hostNames.join(",") }),
    ...(postgresUrl !== undefined && { DATABASE_URL: postgresUrl }),
    ...Object.fromEntries(ownDatabases),
  };
}

function databaseHosts(config: Config): readonly string[] {
  return [...new Set(databaseUrlsOf(config).flatMap((url) => new URL(url).hostname.split(",")))];
}

function databaseUrlsOf({ databaseUrl, databaseUrls }: Config): readonly string[] {
  return [
    ...(databaseUrl === undefined ? [] : [databaseUrl]),
    ...databaseUrls.values(),
  ];
}

/** Like `Promise.all`, but settles when all have: what started late is known by then, and can be stopped. */
async function all<const Values extends readonly unknown[]>(
  values: Values,
): Promise<{ -readonly [Index in keyof Values]: Awaited<Values[Index]> }> {
  await Promise.allSettled(values);
  return await Promise.all(values);
}
