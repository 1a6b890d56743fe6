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

function databaseOf(service: string) {
  return postgresUrl.refine((text) => URL.parse(text)?.pathname.slice(1)).optional().meta({
    description: `${service}: its database, where that is on another server`,
    allowed: "postgres://user:password@host:port/database",
  });
}

/** Every setting: `description` and `allowed` are what people are told, `flag` is the way to set it for one start. */
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
  LOG_LEVEL: z.enum(logLevels).default("info").meta({
    flag: "--log-level",
    description: "the least important entries to log",
    allowed: logLevels.join(", "),
  }),
  EVENTSTORE_URL: url("(esdb|kurrentdb)(\\+discover)?").optional().meta({
    description: "EventStoreDB or KurrentDB instead of the embedded log",
    allowed: "esdb://host:2113?tls=false, esdb+discover://…, kurrentdb://…",
  }),
  DATABASE_URL: postgresUrl.optional().meta({
    description: "PostgreSQL server for every service's database instead of the embedded one",
    allowed: "postgres://user:password@host:port/database",
  }),
  ORDER_DATABASE_URL: databaseOf("order"),
  PAYMENT_DATABASE_URL: databaseOf("payment"),
  INVENTORY_DATABASE_URL: databaseOf("inventory"),
  SHIPPING_DATABASE_URL: databaseOf("shipping"),
  NOTIFICATION_DATABASE_URL: databaseOf("notification"),
  TIMELINE_DATABASE_URL: databaseOf("timeline"),
  SERVICE_URLS: z.string().regex(/^\w+=https?:\/\/[^\s,]+(,\w+=https?:\/\/[^\s,]+)*$/).optional()
    .meta({
      description: "where the other services are, for one that runs alone",
      allowed: "order=http://host:port,payment=http://host:port,…",
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

export type ConfigSources = {
  readonly args: readonly string[];
  readonly env: { get(name: string): string | undefined };
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

/** What to pass to `--allow-env`. */
export const environmentVariables: readonly string[] = variables;

/** Reads all settings: a flag wins over its variable, which wins over the default. Throws `ConfigError`. */
export function readConfig({ args, env }: ConfigSources): Config {
  const flags = readFlags(args, variables.flatMap((variable) => metaOf(variable).flag ?? []));
  // Who asks for help gets it, whatever else is wrong
  if (flags.help) return configOf(settings.parse({}), true);
  const given: Partial<Record<Variable, string>> = {};
  const names: Partial<Record<Variable, string>> = {};
  for (const variable of variables) {
    const { flag = "" } = metaOf(variable);
    // Set to nothing is how a shell or a compose file leaves a variable out
    given[variable] = flags.values.get(flag) ?? (env.get(variable) || undefined);
    names[variable] = flags.values.has(flag) ? flag : variable;
  }
  const { data, error } = settings.safeParse(given);
  const wrong = new Set(error?.issues.map((issue) => issue.path[0] as Variable));
  const problems = [
    ...flags.problems,
    ...Array.from(wrong, (variable) => {
      const value = withoutPassword(given[variable] ?? "");
      return `${names[variable]} is "${value}", allowed: ${metaOf(variable).allowed}`;
    }),
  ];
  if (problems.length > 0 || !data) throw new ConfigError(problems);
  return configOf(data, false);
}

/** What `--help` prints about settings. */
export function configHelp(): string {
  const rows = variables.map((variable): [string, string] => {
    const { flag, description, allowed } = metaOf(variable);
    const fallback = settings.shape[variable].safeParse(undefined).data;
    return [
      flag === undefined ? `    ${variable}` : `    ${flag}, ${variable}`,
      `${description}${fallback === undefined ? "" : ` (default ${fallback})`}\n${allowed}`,
    ];
  });
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  const lines = rows.flatMap(([name, text]) => {
    const [description, allowed] = text.split("\n");
    return [`${name.padEnd(width)}${description}`, `${" ".repeat(width)}  ${allowed}`];
  });
  return `Flags, and variables of the environment; a flag wins over its variable:\n\n${
    lines.join("\n")
  }\n\n    --help  this text\n`;
}

function configOf(data: Settings, help: boolean): Config {
  const databaseUrls: Record<string, string> = {};
  for (const [variable, value] of Object.entries(data)) {
    const service = variable.match(/^(.+)_DATABASE_URL$/)?.[1];
    if (service && typeof value === "string") databaseUrls[service.toLowerCase()] = value;
  }
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

/** What is wrong about a URL is shown on screens and kept in logs, its password is not. */
function withoutPassword(text: string): string {
  return text.replace(/^((?:[^:]*:\/\/)?[^:]*):.*@/s, "$1:***@");
}
