import { machine } from "@headwater/core";
import type { Algorithm } from "@headwater/identity";
import { z } from "zod";
import { isLoopback } from "./is_loopback.ts";
import { trustedProxies } from "./trusted_proxies.ts";

/** Credentials, hosts with ports separated by commas, a path, parameters: more than one host is not a URL to `URL`. */
function url(protocols: string): z.ZodString {
  return z.string().regex(
    new RegExp(
      `^(${protocols})://([^\\s/?#@]*@)?[\\w.[\\]:-]+(,[\\w.:-]+)*(/[^\\s?#]*)?(\\?[^\\s#]*)?$`,
    ),
  );
}

const postgresUrl = url("postgres|postgresql").refine((text) => URL.canParse(text));

function areProxies(text: string): boolean {
  try {
    trustedProxies(text.split(","));
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function isTraceUrl(text: string): boolean {
  return text.includes("{id}") && /^https?:$/.test(URL.parse(text)?.protocol ?? "");
}

/** What is said there decides who is believed: nobody may change it on the way. */
function isIssuer(text: string): boolean {
  const { protocol, hostname = "", search, hash, username } = URL.parse(text) ?? {};
  if (search !== "" || hash !== "" || username !== "") return false;
  return protocol === "https:" ||
    protocol === "http:" && isLoopback(hostname.replace(/^\[|\]$/g, ""));
}

/** Of keys that are public: who can verify by one cannot sign by it. */
export const tokenAlgorithms = [
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"] as const,
  ...["ES256", "ES384", "ES512", "EdDSA", "Ed25519"] as const,
] satisfies readonly Algorithm[];

const claimName = z.string().regex(/^[\x21-\x7e]{1,200}$/);

function areAlgorithms(text: string): boolean {
  return text.split(",").every((name) => tokenAlgorithms.some((algorithm) => algorithm === name));
}

/** One server, and the number of a database. */
function isOneRedis(text: string): boolean {
  const { pathname = "", search = "" } = URL.parse(text) ?? { search: "?" };
  return search === "" && /^(\/\d*)?$/.test(pathname);
}

export const databaseAllowed = "postgres://user:password@host:port/database";

/** Of one service, with the name of the database. */
export const ownDatabaseUrl = postgresUrl.refine((text) => URL.parse(text)?.pathname.slice(1));

/** Every setting but the databases of single services: `description` and `allowed` are what people are told, `flag` is the way to set it for one start. */
export const settings = z.object({
  PORT: z.string().regex(/^\d{1,5}$/).transform(Number).refine((port) => port <= 65_535)
    .default(8000).meta({
      flag: "--port",
      description: "port of the gateway, 0 for any free one",
      allowed: "a whole number from 0 to 65535",
    }),
  HOST: z.string().regex(/^[A-Za-z0-9._:-]+$/).default("127.0.0.1").meta({
    flag: "--host",
    description: "address the gateway listens on, 0.0.0.0 for all",
    allowed: "a host name or an IP address",
  }),
  HOST_NAMES: z.string().regex(/^[A-Za-z0-9._-]+(,[A-Za-z0-9._-]+)*$/).optional().meta({
    description: "names under which clients reach the gateway, beside this machine's own and HOST",
    allowed: "NAME,NAME,…, without ports",
  }),
  TRUSTED_PROXIES: z.string().refine(areProxies).optional().meta({
    description: "what stands before the gateway and says in X-Forwarded-For for whom it asks",
    allowed: "ADDRESS,NETWORK/BITS,…",
  }),
  HOSTNAME: z.string().regex(/^[^\s\0]+$/).optional().meta({
    description: "by what other processes and operators know this machine (default HOST)",
    allowed: "a name without spaces, as containers have it",
  }),
  DATA_DIR: z.string().regex(/^[^\0,]+$/).default(".data").meta({
    flag: "--data-dir",
    description: "where the embedded parts keep their data",
    allowed: "a path without commas",
  }),
  LOG_LEVEL: z.enum(machine.logLevels).optional().meta({
    flag: "--log-level",
    description: "the least important entries to log (default info; of dev: warn)",
    allowed: machine.logLevels.join(", "),
  }),
  HEALTH_EVERY_MS: z.string().regex(/^\d{2,5}$/).transform(Number).default(5_000).meta({
    description: "milliseconds between looks at what a process needs, which probes are told of",
    allowed: "a whole number from 10 to 99999",
  }),
  LAME_DUCK_MS: z.string().regex(/^\d{1,5}$/).transform(Number).refine((ms) => ms <= 10_000)
    .optional().meta({
      description: "how long a service or gateway serves after SIGTERM while it says not ready",
      allowed: "milliseconds from 0 to 10000 (default 5000, on a terminal 0)",
    }),
  EVENTSTORE_URL: url("(esdb|kurrentdb)(\\+discover)?").optional().meta({
    description: "EventStoreDB or KurrentDB instead of the embedded log",
    allowed: "esdb://host:2113?tls=false, esdb+discover://…, kurrentdb://…",
  }),
  DATABASE_URL: postgresUrl.optional().meta({
    description: "PostgreSQL server for every service's database instead of the embedded one",
    allowed: databaseAllowed,
  }),
  MOST_PARKED_KEYS: z.string().regex(/^\d{1,6}$/).transform(Number).default(1_000).meta({
    description: "keys of a read model that may be parked before it stops",
    allowed: "a whole number from 0 to 999999",
  }),
  ALLOW_STRANDED: z.enum(["true", "false"]).transform((text) => text === "true").default(false)
    .meta({
      flag: "--allow-stranded",
      isSwitch: true,
      description: "start although instances of processes run by versions that this release lacks",
      allowed: "true, false: they stay stuck until a release has their version",
    }),
  SERVICE_URLS: z.string().regex(/^[\w-]+=https?:\/\/[^\s,]+(,[\w-]+=https?:\/\/[^\s,]+)*$/)
    .optional()
    .meta({
      description: "where the other services are, for one that runs alone",
      allowed: "NAME=http://host:port,NAME=http://host:port,…",
    }),
  SERVICE_SECRET: z.string().regex(/^[\x21-\x7e]{32,}$/).optional().meta({
    description: "what services and gateway prove to each other that they belong together with",
    allowed: "at least 32 characters of ASCII without spaces, the same for all of them",
    isSecret: true,
  }),
  METRICS_TOKEN: z.string().regex(/^[\x21-\x7e]{16,}$/).optional().meta({
    description:
      "what Prometheus shows as a Bearer token; with it, or OIDC_ISSUER, others see no numbers",
    allowed: "at least 16 characters of ASCII without spaces, the same for all processes",
    isSecret: true,
  }),
  OIDC_ISSUER: z.string().refine(isIssuer).optional().meta({
    description: "whose tokens clients and operators show; without it nobody is asked for one",
    allowed: "https://…, as it stands in the tokens (http:// on this machine only)",
  }),
  OIDC_AUDIENCE: z.string().regex(/^[\x21-\x7e]{1,200}$/).optional().meta({
    description: "for whom these tokens have to be",
    allowed: "a text without spaces, as it stands in the tokens",
  }),
  OIDC_JWKS_URL: z.string().refine(isIssuer).optional().meta({
    description: "where the issuer's keys are (default: where it says that they are)",
    allowed: "https://… (http:// on this machine only)",
  }),
  OIDC_ROLES_CLAIM: claimName.default("roles").meta({
    description: "where tokens name roles: operator, admin, customer",
    allowed: "the name of a claim, or a path: realm_access.roles",
  }),
  OIDC_CUSTOMER_CLAIM: claimName.default("sub").meta({
    description: "where tokens say which customer somebody is",
    allowed: "the name of a claim, or a path",
  }),
  OIDC_ALGORITHMS: z.string().refine(areAlgorithms).default("RS256,PS256,ES256,EdDSA").meta({
    description: "by what tokens may be signed",
    allowed: tokenAlgorithms.join(","),
  }),
  OIDC_CLOCK_SKEW_S: z.string().regex(/^\d{1,3}$/).transform(Number).refine((s) => s <= 300)
    .default(30).meta({
      description: "seconds by which the issuer's clock and this one may differ",
      allowed: "a whole number from 0 to 300",
    }),
  OIDC_CLIENT_ID: z.string().regex(/^[\x21-\x7e]{1,200}$/).optional().meta({
    description: "as what the issuer knows the console, where people log in to it",
    allowed: "a text without spaces; PUBLIC_URL/console/login/callback has to be allowed there",
  }),
  OIDC_CLIENT_SECRET: z.string().regex(/^[\x21-\x7e]{1,500}$/).optional().meta({
    description: "what the console proves that with; without it PKCE has to be enough",
    allowed: "a text without spaces",
    isSecret: true,
  }),
  SESSION_SECRET: z.string().regex(/^[\x21-\x2b\x2d-\x7e]{32,}(,[\x21-\x2b\x2d-\x7e]{32,})*$/)
    .optional().meta({
      description:
        "what sessions of the console are encrypted with (default: a new one each start)",
      allowed:
        "at least 32 characters without spaces and commas; older ones behind it, with commas",
      isSecret: true,
    }),
  PUBLIC_URL: z.string().refine(isIssuer).optional().meta({
    description: "under which browsers reach the gateway, where people log in",
    allowed: "https://… (http:// on this machine only)",
  }),
  TRACE_URL: z.string().refine(isTraceUrl).optional().meta({
    description: "where a browser finds a trace that the console tells of",
    allowed: "http:// or https://, with {id} where the trace's id stands",
  }),
  ROUTES_FILE: z.string().regex(/^[^\0,]+$/).optional().meta({
    description: "JSON file of upstreams that are not ours, and of their routes",
    allowed: "a path without commas; what stands in it says docs/guides/gateway.md",
  }),
  RESILIENCE_FILE: z.string().regex(/^[^\0,]+$/).optional().meta({
    description: "JSON file of deadlines, retries, places and circuits of calls to services",
    allowed: "a path without commas; what stands in it says docs/guides/resilience.md",
  }),
  REDIS_URL: url("rediss?").refine(isOneRedis).optional().meta({
    description: "Redis for what several gateway processes share instead of memory",
    allowed: "redis://user:password@host:port/database, rediss://…",
  }),
});

export type Variable = keyof typeof settings.shape;
export type Settings = z.output<typeof settings>;

/**
 * What settings there are depends on the services.
 * @internal
 */
export type Configured = { readonly services: readonly { readonly name: string }[] };

type Meta = {
  readonly description: string;
  readonly allowed: string;
  readonly flag?: string;
  /** The flag has no value. */
  readonly isSwitch?: boolean;
  /** Not to be shown, not even when it is wrong. */
  readonly isSecret?: boolean;
};

export const variables = Object.keys(settings.shape) as Variable[];
export const flagNames = variables.flatMap((variable) => metaOf(variable).flag ?? []);
export const switchNames = variables.filter((variable) => metaOf(variable).isSwitch)
  .flatMap((variable) => metaOf(variable).flag ?? []);

/** Every variable that an application reads: what to pass to `--allow-env`. */
export function environmentVariables({ services }: Configured): readonly string[] {
  return [...variables, ...services.map(({ name }) => databaseVariable(name))];
}

/** The variable that names the database of one service. */
export function databaseVariable(service: string): string {
  return `${service.toUpperCase().replaceAll("-", "_")}_DATABASE_URL`;
}

/** Flags of a command that are no settings, and what each does. */
export type OwnFlags = Readonly<Record<string, string>>;

/** What `--help` prints: the flags of the command itself, then all settings. */
export function configHelp({ services }: Configured, own: OwnFlags): string {
  const flags = { ...own, "--help": "this text" };
  const rows = [
    ...Object.entries(flags).map(([name, description]) => ({ name, description, allowed: "" })),
    ...variables.map((variable) => {
      const { flag, description, allowed } = metaOf(variable);
      const fallback = settings.shape[variable].safeParse(undefined).data;
      return {
        name: flag === undefined ? variable : `${flag}, ${variable}`,
        description: `${description}${fallback === undefined ? "" : ` (default ${fallback})`}`,
        allowed,
      };
    }),
    ...services.map(({ name }) => ({
      name: databaseVariable(name),
      description: `${name}: its database, where that is on another server`,
      allowed: databaseAllowed,
    })),
  ];
  const width = Math.max(...rows.map(({ name }) => name.length)) + 6;
  const lines = rows.flatMap(({ name, description, allowed }) => [
    `    ${name}`.padEnd(width) + description,
    ...(allowed === "" ? [] : [`${" ".repeat(width)}  ${allowed}`]),
  ]);
  return `Flags, and variables of the environment; a flag wins over its variable:\n\n${
    lines.join("\n")
  }\n`;
}

/** What people are told of it. */
export function metaOf(variable: Variable): Meta {
  return settings.shape[variable].meta() as Meta;
}
