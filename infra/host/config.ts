import { machine } from "@headwater/core";
import type { Algorithm } from "@headwater/identity";
import { databaseUrlProblems } from "@headwater/postgres";
import { readFlags } from "./flags.ts";
import { reachableUrl } from "./reachable_url.ts";
import { isLoopback } from "./is_loopback.ts";
import {
  type Configured,
  databaseAllowed,
  databaseVariable,
  flagNames,
  metaOf,
  ownDatabaseUrl,
  type Settings,
  settings,
  switchNames,
  tokenAlgorithms,
  type Variable,
  variables,
} from "./settings.ts";

/** All settings of an application. */
export type Config = {
  readonly help: boolean;
  readonly port: number;
  readonly host: string;
  /** Of the gateway, beside `host` and this machine's own. */
  readonly hostNames: readonly string[];
  /** Addresses and networks of those who stand before it, and say for whom they ask. */
  readonly trustedProxies: readonly string[];
  /** By what other processes and operators know this one; undefined: it has no port of its own to be known by. */
  readonly processName: string | undefined;
  readonly dataDirectory: string;
  /** Undefined: as suits who is started. */
  readonly logLevel: "debug" | "info" | "warn" | "error" | undefined;
  /** Milliseconds between looks at what a process needs. */
  readonly healthEveryMs: number;
  /** With `{id}` where a trace's id stands; undefined: nobody shows traces. */
  readonly traceUrl: string | undefined;
  /** How long a process serves after it was asked to end; undefined: as suits who started it. */
  readonly lameDuckMs: number | undefined;
  /** Undefined: the embedded log. */
  readonly eventStoreUrl: string | undefined;
  /** Of a server; undefined: the embedded one. */
  readonly databaseUrl: string | undefined;
  /** By service: a database that is not on that server. */
  readonly databaseUrls: ReadonlyMap<string, string>;
  /** Of each read model; with more it stops. */
  readonly mostParkedKeys: number;
  /** Instances of processes may run by versions that this release lacks: they stay stuck. */
  readonly allowStranded: boolean;
  /** Where each service is, for one that runs alone. */
  readonly serviceUrls: ReadonlyMap<string, string>;
  /** What services and gateway prove to each other that they belong together with. */
  readonly serviceSecret: string | undefined;
  /** What Prometheus shows; undefined: nothing. */
  readonly metricsToken: string | undefined;
  /** Whose tokens say who asks; undefined: nobody is asked. */
  readonly oidc: OidcConfig | undefined;
  /** Of upstreams that are not ours; undefined: there are none. */
  readonly routesFile: string | undefined;
  /** Of the numbers of calls to services; undefined: as the application says. */
  readonly resilienceFile: string | undefined;
  /** Undefined: memory. */
  readonly redisUrl: string | undefined;
};

/**
 * An issuer of tokens, and what is taken of its tokens.
 * @internal
 */
export type OidcConfig = {
  readonly issuer: string;
  readonly audience: string;
  /** Undefined: where it says that they are. */
  readonly keysUrl: string | undefined;
  readonly rolesClaim: string;
  readonly customerClaim: string;
  readonly algorithms: readonly Algorithm[];
  readonly clockSkewS: number;
  /** Undefined: nobody logs in to the console. */
  readonly login: LoginConfig | undefined;
};

/**
 * Of people with a browser.
 * @internal
 */
export type LoginConfig = {
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  readonly publicUrl: string;
  /** The first is the newest; empty: one of the process's own. */
  readonly sessionSecrets: readonly string[];
};

/** What settings are read from. */
export type ConfigSources = {
  readonly args: readonly string[];
  /** Flags of the command itself, which are no settings. */
  readonly own?: readonly string[];
  readonly env: {
    get(name: string): string | undefined;
    /** Names of all variables that there are, as far as they may be seen. */
    keys?(): Iterable<string>;
  };
};

/** Every wrong setting at once, one per line. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";

  constructor(readonly problems: readonly string[]) {
    super(problems.map((problem) => `Cannot start: ${problem}`).join("\n"));
  }
}

/** This process's environment; where only some variables may be read, there are no others. */
export function environment(): ConfigSources["env"] {
  const { state } = Deno.permissions.querySync({ name: "env" });
  return {
    get: (name) => Deno.env.get(name),
    keys: () => state === "granted" ? Object.keys(Deno.env.toObject()) : [],
  };
}

/** Reads all settings of an application: a flag wins over its variable, which wins over the default. Throws `ConfigError`. */
export function readConfig(
  { services }: Configured,
  { args, own = [], env }: ConfigSources,
): Config {
  const flags = readFlags(args, flagNames, { switches: switchNames, own });
  // Who asks for help gets it, whatever else is wrong
  if (flags.help) return configOf(settings.parse({}), { help: true, databaseUrls: new Map() });
  const given: Partial<Record<Variable, string>> = {};
  const names: Partial<Record<Variable, string>> = {};
  for (const variable of variables) {
    const { flag = "" } = metaOf(variable);
    given[variable] = flags.values.get(flag) ?? valueOf(env, variable);
    names[variable] = flags.values.has(flag) ? flag : variable;
  }
  const { data, error } = settings.safeParse(given);
  const wrong = new Set(error?.issues.map((issue) => issue.path[0] as Variable));
  const all = services.map(({ name }) => name);
  const databases = readDatabases(all, env);
  const problems = [
    ...flags.problems,
    ...Array.from(wrong, (variable) => {
      return `${names[variable]} is ${shown(variable, given[variable] ?? "")}, allowed: ${
        metaOf(variable).allowed
      }`;
    }),
    ...databases.problems,
    ...data?.DATABASE_URL === undefined ? [] : problemsOf("DATABASE_URL", data.DATABASE_URL),
    ...[...readServiceUrls(data?.SERVICE_URLS).keys()].filter((name) => !all.includes(name))
      .map((name) => `SERVICE_URLS names service "${name}", services are ${all.join(", ")}`),
  ];
  if (data) problems.push(...oidcProblems(data));
  if (problems.length > 0 || !data) throw new ConfigError(problems);
  return configOf(data, { help: false, databaseUrls: databases.urls });
}

function oidcProblems(data: Settings): string[] {
  const { OIDC_ISSUER, OIDC_AUDIENCE, OIDC_JWKS_URL, OIDC_CLIENT_ID } = data;
  if (OIDC_ISSUER === undefined) {
    const alone = Object.entries({ OIDC_AUDIENCE, OIDC_JWKS_URL, OIDC_CLIENT_ID })
      .filter(([, value]) => value !== undefined);
    // Somebody believes that there are rights
    return alone.map(([name]) => `${name} is set without OIDC_ISSUER, by which nobody is asked`);
  }
  return [
    ...OIDC_AUDIENCE === undefined
      ? ["OIDC_ISSUER is set without OIDC_AUDIENCE, allowed: both, or none"]
      : [],
    ...OIDC_CLIENT_ID !== undefined && data.PUBLIC_URL === undefined && !isLoopback(data.HOST)
      ? [`OIDC_CLIENT_ID is set without PUBLIC_URL, which HOST "${data.HOST}" does not tell`]
      : [],
  ];
}

function shown(variable: Variable, value: string): string {
  if (metaOf(variable).isSecret) return `a text of ${value.length} characters`;
  return `"${machine.withoutPassword(value)}"`;
}

/** Those of single services, and what is wrong about them. */
function readDatabases(services: readonly string[], env: ConfigSources["env"]) {
  const urls = new Map<string, string>();
  const problems: string[] = [];
  for (const service of services) {
    const variable = databaseVariable(service);
    const value = valueOf(env, variable);
    if (value === undefined) continue;
    if (!ownDatabaseUrl.safeParse(value).success) {
      const shown = machine.withoutPassword(value);
      problems.push(`${variable} is "${shown}", allowed: ${databaseAllowed}`);
      continue;
    }
    urls.set(service, value);
    problems.push(...problemsOf(variable, value));
  }
  const known = services.map(databaseVariable);
  for (const variable of env.keys?.() ?? []) {
    if (!/^.+_DATABASE_URL$/.test(variable) || known.includes(variable)) continue;
    if (valueOf(env, variable) === undefined) continue;
    problems.push(`${variable} is set for no service, services are ${services.join(", ")}`);
  }
  return { urls, problems };
}

function problemsOf(variable: string, url: string): string[] {
  return databaseUrlProblems(url).map((problem) => `${variable} has ${problem}`);
}

/** Set to nothing is how a shell or a compose file leaves a variable out. */
function valueOf(env: ConfigSources["env"], variable: string): string | undefined {
  return env.get(variable) || undefined;
}

function configOf(
  data: Settings,
  { help, databaseUrls }: Pick<Config, "help" | "databaseUrls">,
): Config {
  return {
    help,
    port: data.PORT,
    host: data.HOST,
    processName: data.PORT === 0 ? undefined : `${data.HOSTNAME ?? data.HOST}:${data.PORT}`,
    hostNames: data.HOST_NAMES?.split(",") ?? [],
    trustedProxies: data.TRUSTED_PROXIES?.split(",") ?? [],
    dataDirectory: data.DATA_DIR,
    logLevel: data.LOG_LEVEL,
    healthEveryMs: data.HEALTH_EVERY_MS,
    traceUrl: data.TRACE_URL,
    lameDuckMs: data.LAME_DUCK_MS,
    eventStoreUrl: data.EVENTSTORE_URL,
    mostParkedKeys: data.MOST_PARKED_KEYS,
    allowStranded: data.ALLOW_STRANDED,
    databaseUrl: data.DATABASE_URL,
    databaseUrls,
    serviceUrls: readServiceUrls(data.SERVICE_URLS),
    serviceSecret: data.SERVICE_SECRET,
    metricsToken: data.METRICS_TOKEN,
    oidc: oidcOf(data),
    routesFile: data.ROUTES_FILE,
    resilienceFile: data.RESILIENCE_FILE,
    redisUrl: data.REDIS_URL,
  };
}

function oidcOf(data: Settings): OidcConfig | undefined {
  const { OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience } = data;
  if (issuer === undefined || audience === undefined) return undefined;
  return {
    issuer,
    audience,
    keysUrl: data.OIDC_JWKS_URL,
    rolesClaim: data.OIDC_ROLES_CLAIM,
    customerClaim: data.OIDC_CUSTOMER_CLAIM,
    algorithms: tokenAlgorithms.filter((name) => data.OIDC_ALGORITHMS.split(",").includes(name)),
    clockSkewS: data.OIDC_CLOCK_SKEW_S,
    login: loginOf(data),
  };
}

function loginOf(data: Settings): LoginConfig | undefined {
  const { OIDC_CLIENT_ID: clientId } = data;
  if (clientId === undefined) return undefined;
  return {
    clientId,
    clientSecret: data.OIDC_CLIENT_SECRET,
    publicUrl: data.PUBLIC_URL ?? reachableUrl({ host: data.HOST, port: data.PORT }),
    sessionSecrets: data.SESSION_SECRET?.split(",") ?? [],
  };
}

function readServiceUrls(text: string | undefined): ReadonlyMap<string, string> {
  return new Map(text?.split(",").map((entry) => entry.split("=", 2) as [string, string]));
}
