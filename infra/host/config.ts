import { withoutPassword } from "@headwater/core";
import { z } from "zod";
import { readFlags } from "./flags.ts";
import { logLevels } from "./logger.ts";

/** Credentials, hosts with ports separated by commas, a path, parameters: more than one host is not a URL to `URL`. */
function url(protocols: string): z.ZodString {
  return z.string().regex(
    new RegExp(
      `^(${protocols})://([^\\s/?#@]*@)?[\\w.[\\]:-]+(,[\\w.:-]+)*(/[^\\s?#]*)?(\\?[^\\s#]*)?$`,
    ),
  );
}

const postgresUrl = url("postgres|postgresql").refine((text) => URL.canParse(text));

const databaseAllowed = "postgres://user:password@host:port/database";

/** Of one service, with the name of the database. */
const ownDatabaseUrl = postgresUrl.refine((text) => URL.parse(text)?.pathname.slice(1));

/** Every setting but the databases of single services: `description` and `allowed` are what people are told, `flag` is the way to set it for one start. */
const settings = z.object({
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
  DATA_DIR: z.string().regex(/^[^\0]+$/).default(".data").meta({
    flag: "--data-dir",
    description: "where the embedded parts keep their data",
    allowed: "a path",
  }),
  LOG_LEVEL: z.enum(logLevels).optional().meta({
    flag: "--log-level",
    description: "the least important entries to log (default info; of dev: warn)",
    allowed: logLevels.join(", "),
  }),
  EVENTSTORE_URL: url("(esdb|kurrentdb)(\\+discover)?").optional().meta({
    description: "EventStoreDB or KurrentDB instead of the embedded log",
    allowed: "esdb://host:2113?tls=false, esdb+discover://…, kurrentdb://…",
  }),
  DATABASE_URL: postgresUrl.optional().meta({
    description: "PostgreSQL server for every service's database instead of the embedded one",
    allowed: databaseAllowed,
  }),
  SERVICE_URLS: z.string().regex(/^[\w-]+=https?:\/\/[^\s,]+(,[\w-]+=https?:\/\/[^\s,]+)*$/)
    .optional()
    .meta({
      description: "where the other services are, for one that runs alone",
      allowed: "NAME=http://host:port,NAME=http://host:port,…",
    }),
  REDIS_URL: url("rediss?").optional().meta({
    description: "Redis for what several gateway processes share instead of memory",
    allowed: "redis://user:password@host:port/database, rediss://…",
  }),
});

type Variable = keyof typeof settings.shape;
type Settings = z.output<typeof settings>;

export type Config = {
  readonly help: boolean;
  readonly port: number;
  readonly host: string;
  readonly dataDirectory: string;
  /** Undefined: as suits who is started. */
  readonly logLevel: Settings["LOG_LEVEL"];
  /** Undefined: the embedded log. */
  readonly eventStoreUrl: string | undefined;
  /** Of a server; undefined: the embedded one. */
  readonly databaseUrl: string | undefined;
  /** By service: a database that is not on that server. */
  readonly databaseUrls: Readonly<Record<string, string>>;
  /** Where each service is, for one that runs alone. */
  readonly serviceUrls: ReadonlyMap<string, string>;
  /** Undefined: memory. */
  readonly redisUrl: string | undefined;
};

/** What settings there are depends on the services. */
type Configured = { readonly services: readonly { readonly name: string }[] };

export type ConfigSources = {
  readonly args: readonly string[];
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

type Meta = { readonly description: string; readonly allowed: string; readonly flag?: string };

const variables = Object.keys(settings.shape) as Variable[];
const flagNames = variables.flatMap((variable) => metaOf(variable).flag ?? []);

/** Every variable that an application reads: what to pass to `--allow-env`. */
export function environmentVariables({ services }: Configured): readonly string[] {
  return [...variables, ...services.map(({ name }) => databaseVariable(name))];
}

/** The variable that names the database of one service. */
export function databaseVariable(service: string): string {
  return `${service.toUpperCase().replaceAll("-", "_")}_DATABASE_URL`;
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
export function readConfig({ services }: Configured, { args, env }: ConfigSources): Config {
  const flags = readFlags(args, flagNames);
  // Who asks for help gets it, whatever else is wrong
  if (flags.help) return configOf(settings.parse({}), { help: true, databaseUrls: {} });
  const given: Partial<Record<Variable, string>> = {};
  const names: Partial<Record<Variable, string>> = {};
  for (const variable of variables) {
    const { flag = "" } = metaOf(variable);
    given[variable] = flags.values.get(flag) ?? valueOf(env, variable);
    names[variable] = flags.values.has(flag) ? flag : variable;
  }
  const { data, error } = settings.safeParse(given);
  const wrong = new Set(error?.issues.map((issue) => issue.path[0] as Variable));
  const databases = readDatabases(services.map(({ name }) => name), env);
  const problems = [
    ...flags.problems,
    ...Array.from(wrong, (variable) => {
      const value = withoutPassword(given[variable] ?? "");
      return `${names[variable]} is "${value}", allowed: ${metaOf(variable).allowed}`;
    }),
    ...databases.problems,
  ];
  if (problems.length > 0 || !data) throw new ConfigError(problems);
  const config = configOf(data, { help: false, databaseUrls: databases.urls });
  const unknown = [...config.serviceUrls.keys()]
    .filter((service) => !services.some(({ name }) => name === service));
  if (unknown.length > 0) {
    throw new ConfigError(
      unknown.map((service) =>
        `SERVICE_URLS names service "${service}", services are ${listed(services)}`
      ),
    );
  }
  return config;
}

/** Those of single services, and what is wrong about them. */
function readDatabases(services: readonly string[], env: ConfigSources["env"]) {
  const urls: Record<string, string> = {};
  const problems: string[] = [];
  for (const service of services) {
    const variable = databaseVariable(service);
    const value = valueOf(env, variable);
    if (value === undefined) continue;
    if (ownDatabaseUrl.safeParse(value).success) urls[service] = value;
    else problems.push(`${variable} is "${withoutPassword(value)}", allowed: ${databaseAllowed}`);
  }
  const known = services.map(databaseVariable);
  for (const variable of env.keys?.() ?? []) {
    if (!/^.+_DATABASE_URL$/.test(variable) || known.includes(variable)) continue;
    if (valueOf(env, variable) === undefined) continue;
    problems.push(`${variable} is set for no service, services are ${services.join(", ")}`);
  }
  return { urls, problems };
}

/** Set to nothing is how a shell or a compose file leaves a variable out. */
function valueOf(env: ConfigSources["env"], variable: string): string | undefined {
  return env.get(variable) || undefined;
}

function listed(services: Configured["services"]): string {
  return services.map(({ name }) => name).join(", ");
}

/** What `--help` prints about settings. */
export function configHelp({ services }: Configured): string {
  const rows = [
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
    `${" ".repeat(width)}  ${allowed}`,
  ]);
  return `Flags, and variables of the environment; a flag wins over its variable:\n\n${
    lines.join("\n")
  }\n\n    --help  this text\n`;
}

function configOf(
  data: Settings,
  { help, databaseUrls }: Pick<Config, "help" | "databaseUrls">,
): Config {
  return {
    help,
    port: data.PORT,
    host: data.HOST,
    dataDirectory: data.DATA_DIR,
    logLevel: data.LOG_LEVEL,
    eventStoreUrl: data.EVENTSTORE_URL,
    databaseUrl: data.DATABASE_URL,
    databaseUrls,
    serviceUrls: new Map(
      data.SERVICE_URLS?.split(",").map((entry) => entry.split("=", 2) as [string, string]),
    ),
    redisUrl: data.REDIS_URL,
  };
}

function metaOf(variable: Variable): Meta {
  return settings.shape[variable].meta() as Meta;
}
