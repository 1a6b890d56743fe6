import { parseArgs } from "node:util";
import { z } from "zod";
import { machine } from "@headwater/core";

type Meta = {
  /** The first one is shown in the help; ours, then the original's. */
  readonly flags: readonly string[];
  readonly variables: readonly string[];
  readonly description: string;
  readonly allowed: string;
};

/** Flags are ours, if any, and the original's, which has had several names for some; variables are the original's. */
function named(
  original: string | readonly string[],
  ...ours: readonly string[]
): Pick<Meta, "flags" | "variables"> {
  const originals = [original].flat();
  return {
    flags: [...ours, ...originals.map((name) => `--${name}`)],
    variables: originals.map((name) => `EVENTSTORE_${name.toUpperCase().replaceAll("-", "_")}`),
  };
}

const port = z.string().regex(/^\d{1,5}$/).transform(Number).refine((number) => number <= 65_535);
const host = z.string().regex(/^[A-Za-z0-9._:-]+$/);
const flag = z.string().toLowerCase().pipe(z.enum(["true", "false", "1", "0"]))
  .transform((text) => text === "true" || text === "1");
const yes = "true or false";

function wholeNumber(
  { from, to }: { readonly from: number; readonly to: number },
): z.ZodType<number, string> {
  return z.string().regex(/^\d{1,15}$/).transform(Number)
    .refine((number) => number >= from && number <= to);
}

const milliseconds = wholeNumber({ from: 1, to: 2 ** 31 - 1 });
const aTime = "a whole number of milliseconds above 0";

const options = z.object({
  port: port.default(2113).meta({
    ...named(["node-port", "http-port"], "--port"),
    description: "port for gRPC and HTTP/1.1, 0 for any free one",
    allowed: "a whole number from 0 to 65535",
  }),
  host: host.default("127.0.0.1").meta({
    ...named("node-ip", "--host"),
    description: "address to listen on, 0.0.0.0 for all",
    allowed: "a host name or an IP address",
  }),
  data: z.string().regex(/^[^\0]+$/).default(".data/eventstore").meta({
    ...named("db", "--data"),
    description: "where the events are kept, :memory: for a throw-away store",
    allowed: "a folder, or :memory:",
  }),
  memory: flag.default(false).meta({
    ...named("mem-db"),
    description: "keep everything in memory, the same as --data :memory:",
    allowed: yes,
  }),
  flushToDisk: flag.default(false).transform((disabled) => !disabled).meta({
    ...named("unsafe-disable-flush-to-disk"),
    description: "acknowledge before the disk has it: the last events are lost when the power goes",
    allowed: yes,
  }),
  maxAppendBytes: wholeNumber({ from: 1, to: 16 * 1024 * 1024 }).default(1024 * 1024).meta({
    ...named("max-append-size"),
    description: "most bytes of data in one append",
    allowed: "a whole number from 1 to 16777216",
  }),
  // The original's 2 s are few where others keep the disk busy, and clients wait for 10 s anyway
  writeTimeoutMs: milliseconds.default(10_000).meta({
    ...named("write-timeout-ms"),
    description: "how long a batch append may take, when its client allows it longer",
    allowed: aTime,
  }),
  projections: z.string().toLowerCase().pipe(z.enum(["none", "system", "all"])).default("system")
    .transform((which) => which !== "none").meta({
      ...named("run-projections"),
      description: "whether there are projections to be managed: the standard ones, no others",
      allowed: "None, System or All",
    }),
  // The original's are off: there they cost writes, here next to nothing
  startProjections: flag.default(true).meta({
    ...named("start-standard-projections"),
    description: "let the standard projections run from the start, without it as they were left",
    allowed: yes,
  }),
  keepAliveIntervalMs: milliseconds.default(10_000).meta({
    ...named("keep-alive-interval"),
    description: "silence of a client after which it is pinged",
    allowed: aTime,
  }),
  keepAliveTimeoutMs: milliseconds.default(10_000).meta({
    ...named("keep-alive-timeout"),
    description: "how long a client may take to answer a ping",
    allowed: aTime,
  }),
  advertiseHost: host.optional().meta({
    ...named("advertise-host-to-client-as"),
    description:
      "where clients that discover the server connect, if not to the address it listens on",
    allowed: "a host name or an IP address",
  }),
  advertisePort: port.refine((number) => number > 0).optional().meta({
    ...named("advertise-node-port-to-client-as"),
    description: "and on which port",
    allowed: "a whole number from 1 to 65535",
  }),
  clusterSize: z.enum(["1"]).default("1").meta({
    ...named("cluster-size"),
    description: "there is one node",
    allowed: "1",
  }),
  insecure: flag.refine((isInsecure) => isInsecure).default(true).meta({
    ...named("insecure"),
    description: "there is no TLS, and there are no users",
    allowed: "true",
  }),
  logLevel: z.string().toLowerCase().pipe(
    z.enum([...machine.logLevels, "default", "verbose", "information", "warning", "fatal"]),
  )
    .default("info").transform(ourLevel).meta({
      ...named("log-level"),
      description: "the least important entries to log",
      allowed: `${machine.logLevels.join(", ")}, or the original's names`,
    }),
});

type Option = keyof typeof options.shape;

export type ServerOptions =
  & Omit<Readonly<z.output<typeof options>>, "memory" | "clusterSize" | "insecure">
  & {
    /** `:memory:` for a throw-away store. */
    readonly data: string;
    readonly help: boolean;
  };

export type OptionsSources = {
  readonly args: readonly string[];
  readonly env: { get(name: string): string | undefined };
};

/** Everything that is wrong with the options, one per line. */
export class OptionsError extends Error {
  override readonly name = "OptionsError";

  constructor(readonly problems: readonly string[]) {
    super(problems.map((problem) => `Cannot start: ${problem}`).join("\n"));
  }
}

const names = Object.keys(options.shape) as Option[];
const switches = ["memory", "flushToDisk", "startProjections", "insecure"] as const;

/** Reads all options: a flag wins over its variable, which wins over the default. Throws `OptionsError`. */
export function readServerOptions({ args, env }: OptionsSources): ServerOptions {
  const flags = readFlags(withValues(args));
  // Who asks for help gets it, whatever else is wrong
  if (flags.help) return { ...options.parse({}), help: true };
  const given: Partial<Record<Option, string>> = {};
  const sources: Partial<Record<Option, string>> = {};
  for (const name of names) {
    const meta = metaOf(name);
    const flag = meta.flags.find((flag) => flags.values.has(flag));
    const variable = meta.variables.find((variable) => env.get(variable));
    given[name] = flag ? flags.values.get(flag) : variable && env.get(variable);
    sources[name] = flag ?? variable;
  }
  const { data, error } = options.safeParse(given);
  const wrong = new Set(error?.issues.map((issue) => issue.path[0] as Option));
  const problems = [
    ...flags.problems,
    ...Array.from(
      wrong,
      (name) => `${sources[name]} is "${given[name]}", allowed: ${metaOf(name).allowed}`,
    ),
  ];
  if (problems.length > 0 || !data) throw new OptionsError(problems);
  return { ...data, data: data.memory ? ":memory:" : data.data, help: false };
}

/** What `--help` prints about options. */
export function serverOptionsHelp(): string {
  const lines = names.flatMap((name) => {
    const { flags, variables, description, allowed } = metaOf(name);
    const fallback = defaultOf(options.shape[name]);
    return [
      `    ${[...flags, ...variables].join(", ")}`,
      `        ${description}${fallback === undefined ? "" : ` (default ${fallback})`}`,
      `          ${allowed}`,
    ];
  });
  return `Flags, and variables of the environment; a flag wins over its variable:\n\n${
    lines.join("\n")
  }\n\n    --supervised\n        stop when the standard input closes\n    --help\n        this text\n`;
}

function readFlags(args: string[]): {
  readonly values: ReadonlyMap<string, string>;
  readonly help: boolean;
  /** What cannot be understood, in the order given. */
  readonly problems: readonly string[];
} {
  const known = [...names.flatMap((name) => metaOf(name).flags), "--help"];
  const options = Object.fromEntries(
    known.map((flag) =>
      [flag.slice(2), { type: flag === "--help" ? "boolean" : "string" }] as const
    ),
  );
  const { tokens } = parseArgs({ args, options, strict: false, tokens: true });
  const values = new Map<string, string>();
  const problems: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") problems.push(`unexpected argument "${token.value}"`);
    else if (token.kind === "option" && !known.includes(token.rawName)) {
      problems.push(`unknown flag "${token.rawName}", known: ${known.join(", ")}`);
    } else if (token.kind === "option" && token.rawName !== "--help") {
      if (token.value === undefined) problems.push(`${token.rawName} lacks its value`);
      else values.set(token.rawName, token.value);
    }
  }
  const help = tokens.some((token) => token.kind === "option" && token.rawName === "--help");
  return { values, help, problems };
}

/** A switch may stand alone: it means that it is on. */
function withValues(args: readonly string[]): string[] {
  const alone = new Set(switches.flatMap((name) => metaOf(name).flags));
  return args.map((arg, index) => {
    const next = args[index + 1];
    const hasValue = next !== undefined && /^(true|false|0|1)$/i.test(next);
    return alone.has(arg) && !hasValue ? `${arg}=true` : arg;
  });
}

function ourLevel(level: string): machine.LogLevel {
  if (level === "verbose") return "debug";
  if (level === "warning") return "warn";
  if (level === "fatal") return "error";
  return machine.logLevels.find((known) => known === level) ?? "info";
}

/** As it would be given: what is made of it afterwards is nothing for people. */
function defaultOf(option: z.ZodType): unknown {
  const given = option instanceof z.ZodPipe ? option.in : option;
  return given instanceof z.ZodDefault ? given.def.defaultValue : undefined;
}

function metaOf(name: Option): Meta {
  return options.shape[name].meta() as Meta;
}
