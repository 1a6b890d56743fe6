import { z } from "zod";
import { ConfigError, type ConfigSources } from "./config.ts";
import { readFlags } from "./flags.ts";
import { logLevels } from "./logger.ts";

const host = z.string().regex(/^[A-Za-z0-9._:-]+$/);
const count = z.string().regex(/^\d{1,9}$/).transform(Number).refine((value) => value > 0);

type Meta = {
  /** The first is what help shows; the others are the original's names. */
  readonly flags: readonly string[];
  readonly variable: string;
  readonly description: string;
  readonly allowed: string;
};

/** The original's settings that mean something here, under its own names too. */
const settings = z.object({
  port: z.string().regex(/^\d{1,5}$/).transform(Number).refine((port) => port <= 65_535)
    .default(2113).meta({
      flags: ["--port", "--node-port"],
      variable: "EVENTSTORE_NODE_PORT",
      description: "port for gRPC and HTTP/1.1, 0 for any free one",
      allowed: "a whole number from 0 to 65535",
    }),
  host: host.default("127.0.0.1").meta({
    flags: ["--host", "--node-ip"],
    variable: "EVENTSTORE_NODE_IP",
    description: "address to listen on, 0.0.0.0 for all; there is no TLS and there are no users",
    allowed: "a host name or an IP address",
  }),
  data: z.string().regex(/^[^\0]+$/).default(".data").meta({
    flags: ["--data", "--db"],
    variable: "EVENTSTORE_DB",
    description: "where the events are kept",
    allowed: "a path, or :memory: to throw them away in the end",
  }),
  advertisedHost: host.optional().meta({
    flags: ["--node-host-advertise-as"],
    variable: "EVENTSTORE_NODE_HOST_ADVERTISE_AS",
    description: "where clients that discover the server connect to, instead of --host",
    allowed: "a host name or an IP address",
  }),
  maxAppendBytes: count.default(1024 * 1024).meta({
    flags: ["--max-append-size"],
    variable: "EVENTSTORE_MAX_APPEND_SIZE",
    description: "bytes of data in one append",
    allowed: "a whole number from 1",
  }),
  writeTimeoutMs: count.default(10_000).meta({
    flags: ["--write-timeout-ms"],
    variable: "EVENTSTORE_WRITE_TIMEOUT_MS",
    description: "after so long a batch append is answered with a timeout",
    allowed: "a whole number from 1",
  }),
  standardProjections: z.enum(["true", "false"]).default("true").transform((on) => on === "true")
    .meta({
      flags: ["--start-standard-projections"],
      variable: "EVENTSTORE_START_STANDARD_PROJECTIONS",
      description: "whether $ce-…, $et-… and $streams can be read",
      allowed: "true, false",
    }),
  logLevel: z.enum(logLevels).default("warn").meta({
    flags: ["--log-level"],
    variable: "LOG_LEVEL",
    description: "the least important entries to log",
    allowed: logLevels.join(", "),
  }),
});

type Name = keyof typeof settings.shape;

export type EventStoreSettings = z.output<typeof settings> & { readonly help: boolean };

const names = Object.keys(settings.shape) as Name[];

/** Reads the settings of the event store: a flag wins over its variable, which wins over the default. Throws `ConfigError`. */
export function readEventStoreSettings({ args, env }: ConfigSources): EventStoreSettings {
  const flags = readFlags(args, names.flatMap((name) => metaOf(name).flags));
  if (flags.help) return { ...settings.parse({}), help: true };
  const given: Partial<Record<Name, string>> = {};
  const labels: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const meta = metaOf(name);
    const flag = meta.flags.findLast((flag) => flags.values.has(flag));
    labels[name] = flag ?? meta.variable;
    given[name] = flag === undefined ? env.get(meta.variable) || undefined : flags.values.get(flag);
  }
  const { data, error } = settings.safeParse(given);
  const wrong = new Set(error?.issues.map((issue) => issue.path[0] as Name));
  const problems = [
    ...flags.problems,
    ...Array.from(
      wrong,
      (name) => `${labels[name]} is "${given[name]}", allowed: ${metaOf(name).allowed}`,
    ),
  ];
  if (problems.length > 0 || !data) throw new ConfigError(problems);
  return { ...data, help: false };
}

/** What `--help` prints. */
export function eventStoreHelp(): string {
  const lines = names.map((name) => {
    const { flags, variable, description, allowed } = metaOf(name);
    const fallback = settings.shape[name].safeParse(undefined).data;
    const preset = fallback === undefined ? "" : ` (default ${fallback})`;
    return `    ${flags.join(", ")}, ${variable}\n        ${description}${preset}; ${allowed}`;
  });
  return `An EventStoreDB-compatible server for development and tests: no TLS, no users.\n\n${
    lines.join("\n")
  }\n\n    --supervised\n        stop when standard input closes\n    --help\n        this text\n`;
}

function metaOf(name: Name): Meta {
  return settings.shape[name].meta() as Meta;
}
