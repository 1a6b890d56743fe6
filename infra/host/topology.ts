import { type machine, Unavailable } from "@headwater/core";
import type { Application } from "./application.ts";
import { environmentVariables } from "./settings.ts";
import { eventStoreDbVariables } from "@headwater/eventstoredb";
import { httpClient } from "./service_client/http.ts";
import type { SplitIssuer } from "./split_issuer.ts";
import type { ProcessPlan } from "./supervised_process.ts";
import { telemetryVariables } from "./telemetry_variables.ts";

export type TopologyOptions = {
  readonly gateway: {
    readonly host: string;
    readonly port: number;
    /** Of what gateway processes share; undefined: it shares nothing. */
    readonly redisUrl: string | undefined;
    /** The file of routes, and what its upstreams are reached at; undefined: there is none. */
    readonly routes?: { readonly file: string; readonly hosts: readonly string[] } | undefined;
    /** Of who asks: its settings, and what the issuer of tokens is reached at; undefined: nobody is asked. */
    readonly oidc?: SplitIssuer | undefined;
  };
  /** Where the event store keeps its data; undefined: it runs elsewhere, see `env`. */
  readonly eventStore: { readonly directory: string; readonly port: number } | undefined;
  /** Free ports, one for each service. */
  readonly ports: readonly number[];
  readonly logLevel: machine.LogLevel;
  /** `EVENTSTORE_URL`, database URLs: what every service gets. */
  readonly env: Readonly<Record<string, string>>;
  /** Ours, for what it says of telemetry; default: nobody listens. */
  readonly surroundings?: Readonly<Record<string, string>>;
  /** Files that every service has to read. */
  readonly files: readonly string[];
  /** Hosts beside this machine that services have to reach; undefined: any, for they are not known before. */
  readonly hosts: readonly string[] | undefined;
  /** The module that runs a command of the application. */
  readonly main: string;
};

/**
 * Each of many processes does little, and would do most of that in V8's interpreter: it compiles whatever it calls, as
 * plainly as it can, when it is called first. Measured: a fifth less of the processor until code is warm, 2 % more memory.
 */
const engineFlags = "--v8-flags=--always-sparkplug";

/** What postgres.js looks at beside its URL. */
const postgresVariables = ["PG*", "USER", "USERNAME", "LOGNAME"];

/** One process for each service, one for the gateway and one for the event store, in the order in which they start. */
export function topology(application: Application, options: TopologyOptions): {
  readonly eventStore: ProcessPlan | undefined;
  readonly services: readonly ProcessPlan[];
  readonly gateway: ProcessPlan;
} {
  const { services } = application;
  const variables = environmentVariables(application);
  const { gateway, eventStore, ports, hosts, files, logLevel, main, surroundings = {} } = options;
  const urls = services.map(({ name }, index) => [name, `http://127.0.0.1:${ports[index]}`]);
  const env = {
    ...options.env,
    SERVICE_URLS: urls.map(([name, url]) => `${name}=${url}`).join(","),
  };
  const mayReachAny = hosts === undefined || gateway.oidc && gateway.oidc.hosts === undefined;
  const net = hosts ? `--allow-net=${["127.0.0.1", ...hosts].join(",")}` : "--allow-net";

  function serving(
    { name, words, url, permissions, graceMs, ownEnv = {} }: {
      readonly name: string;
      readonly words: readonly string[];
      readonly url: string;
      readonly permissions: readonly string[];
      readonly graceMs?: number;
      readonly ownEnv?: Readonly<Record<string, string>>;
    },
  ): ProcessPlan {
    const args = [
      "run",
      "--no-prompt",
      engineFlags,
      ...permissions,
      main,
      ...words,
      "--log-level",
      logLevel,
      "--supervised",
    ];
    return {
      name,
      args,
      env: {
        ...env,
        ...telemetryVariables(surroundings, { name, namespace: application.name }),
        ...ownEnv,
      },
      graceMs,
      isReady: () => answers(url),
    };
  }
  return {
    eventStore: eventStore && serving({
      name: "eventstore",
      words: ["eventstore", "--data", eventStore.directory, "--port", String(eventStore.port)],
      url: `http://127.0.0.1:${eventStore.port}`,
      // Nobody uses it any more when it is its turn, and what it said yes to is on the disk
      graceMs: 1_000,
      permissions: [
        "--allow-net=127.0.0.1",
        "--allow-env=EVENTSTORE_*",
        `--allow-read=${eventStore.directory}`,
        `--allow-write=${eventStore.directory}`,
      ],
    }),
    services: services.map(({ name }, index) =>
      serving({
        name,
        words: ["service", name, "--port", String(ports[index])],
        url: `http://127.0.0.1:${ports[index]}`,
        permissions: [
          net,
          ...read(files),
          `--allow-env=${[...variables, ...eventStoreDbVariables, ...postgresVariables].join(",")}`,
        ],
      })
    ),
    gateway: serving({
      name: "gateway",
      words: ["gateway", "--host", gateway.host, "--port", String(gateway.port)],
      url: `http://127.0.0.1:${gateway.port}`,
      permissions: [
        // An event store elsewhere may name any of its nodes
        mayReachAny ? "--allow-net" : `--allow-net=${
          [
            "127.0.0.1",
            gateway.host,
            ...redisHosts(gateway.redisUrl),
            ...new Set(gateway.routes?.hosts),
            ...new Set(gateway.oidc?.hosts),
          ].join(",")
        }`,
        ...read([...files, ...gateway.routes ? [gateway.routes.file] : []]),
        `--allow-env=${[...variables, ...eventStoreDbVariables].join(",")}`,
      ],
      ownEnv: {
        ...(gateway.redisUrl !== undefined && { REDIS_URL: gateway.redisUrl }),
        ...(gateway.routes && { ROUTES_FILE: gateway.routes.file }),
        ...gateway.oidc?.env,
      },
    }),
  };
}

function read(files: readonly string[]): readonly string[] {
  return files.length > 0 ? [`--allow-read=${files.join(",")}`] : [];
}

function redisHosts(url: string | undefined): readonly string[] {
  return url === undefined ? [] : [new URL(url).hostname];
}

/** Not by `fetch`, which would leave a span each time, and itself as the parent of all that comes after it. */
async function answers(origin: string): Promise<boolean> {
  using client = httpClient(new Map([["process", origin]]));
  try {
    const signal = AbortSignal.timeout(1_000);
    const asked = new Request("http://process/health/live", { signal });
    const response = await client.call("process", asked);
    await response.body?.cancel();
    return response.ok;
  } catch (error) {
    // Nobody listens there yet, or not in time.
    if (error instanceof Unavailable || error instanceof DOMException) return false;
    throw error;
  }
}
