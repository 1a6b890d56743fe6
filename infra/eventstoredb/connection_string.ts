import { z } from "zod";

export type Endpoint = { readonly address: string; readonly port: number };

/** What a connection string says. */
export type ConnectionString = {
  readonly hosts: readonly Endpoint[];
  /** The hosts are asked who leads the cluster; otherwise the only one is connected to. */
  readonly discovers: boolean;
  /** To be kept out of everything that people see. */
  readonly credentials: { readonly username: string; readonly password: string } | undefined;
  readonly parameters: Parameters;
  /** Parameters that mean nothing here. */
  readonly ignored: readonly string[];
};

export type Parameters = Readonly<z.output<typeof parameters>>;

const flag = z.enum(["true", "false"]).transform((text) => text === "true");
const yesOrNo = "true or false";
const path = z.string().min(1);
const aPath = "the path of a PEM file";
const aNumber = "a whole number";

/** As they are written, and as the client calls them. */
const preferences: ReadonlyMap<string, string> = new Map([
  ["leader", "leader"],
  ["follower", "follower"],
  ["random", "random"],
  ["readonlyreplica", "read_only_replica"],
]);

function wholeNumber(least: number) {
  return z.string().regex(/^-?\d{1,9}$/).transform(Number).refine((number) => number >= least);
}

/** As the published client has them; its names may be written in any case. */
const parameters = z.object({
  tls: flag.default(true).meta({ allowed: yesOrNo }),
  tlsVerifyCert: flag.default(true).meta({ allowed: yesOrNo }),
  tlsCAFile: path.optional().meta({ allowed: aPath }),
  userCertFile: path.optional().meta({ allowed: aPath }),
  userKeyFile: path.optional().meta({ allowed: aPath }),
  nodePreference: z.string().transform((text) => preferences.get(flat(text)))
    .pipe(z.enum(["leader", "follower", "random", "read_only_replica"])).prefault("leader")
    .meta({ allowed: "leader, follower, random or readOnlyReplica" }),
  connectionName: z.string().min(1).optional().meta({ allowed: "a name" }),
  keepAliveInterval: wholeNumber(-1).default(10_000).meta({ allowed: `${aNumber} of ms, or -1` }),
  keepAliveTimeout: wholeNumber(-1).default(10_000).meta({ allowed: `${aNumber} of ms, or -1` }),
  discoveryInterval: wholeNumber(0).default(100).meta({ allowed: `${aNumber} of ms` }),
  gossipTimeout: wholeNumber(1).default(5).meta({ allowed: `${aNumber} of seconds` }),
  maxDiscoverAttempts: wholeNumber(1).default(10).meta({ allowed: aNumber }),
});

const names = Object.keys(parameters.shape) as (keyof Parameters)[];
const form =
  /^(?:esdb|kurrentdb)(?<discovers>\+discover)?:\/\/(?:(?<login>[^@/?#]*)@)?(?<hosts>[^@/?#]+)\/?(?:\?(?<query>[^#]*))?$/;
const defaultPort = 2113;

/**
 * Reads `esdb://user:password@host:2113,…?tls=true&…`. Several hosts are those of a cluster.
 *
 * Errors: `Error` that says what is wrong, without the credentials.
 */
export function readConnectionString(text: string): ConnectionString {
  const groups = form.exec(text.trim())?.groups;
  if (!groups) {
    throw refusal(
      'it is not like "esdb://user:password@host:2113?tls=true" or "esdb+discover://…"',
    );
  }
  const { discovers, login, hosts = "", query = "" } = groups;
  const endpoints = hosts.split(",").map(endpoint);
  const { known, ignored } = readQuery(query);
  const { data, error } = parameters.safeParse(Object.fromEntries(known));
  if (!data) {
    const name = error.issues[0]!.path[0] as keyof Parameters;
    const { allowed } = parameters.shape[name].meta() as { readonly allowed: string };
    throw refusal(`its "${name}" is "${known.get(name)}", allowed: ${allowed}`);
  }
  if ((data.userCertFile === undefined) !== (data.userKeyFile === undefined)) {
    throw refusal('"userCertFile" and "userKeyFile" go together');
  }
  return {
    hosts: endpoints,
    discovers: discovers !== undefined || endpoints.length > 1,
    credentials: login === undefined ? undefined : credentials(login),
    parameters: data,
    ignored,
  };
}

/** The files that whoever connects has to read. Errors: those of `readConnectionString`. */
export function certificateFiles(connectionString: string): string[] {
  const { tls, tlsCAFile, userCertFile, userKeyFile } =
    readConnectionString(connectionString).parameters;
  return tls ? [tlsCAFile, userCertFile, userKeyFile].filter((file) => file !== undefined) : [];
}

/** For people. */
export function describeHosts({ hosts }: ConnectionString): string {
  return hosts.map(({ address, port }) => `${address}:${port}`).join(", ");
}

function endpoint(host: string): Endpoint {
  const [, address, port = String(defaultPort)] = /^([\w.-]+)(?::(\d{1,5}))?$/.exec(host) ?? [];
  if (address === undefined || Number(port) > 65_535) {
    throw refusal(`"${host}" is no host with a port`);
  }
  return { address, port: Number(port) };
}

function credentials(login: string): ConnectionString["credentials"] {
  const colon = login.indexOf(":");
  if (colon < 1) throw refusal("what is before its @ is not user:password");
  try {
    return {
      username: decodeURIComponent(login.slice(0, colon)),
      password: decodeURIComponent(login.slice(colon + 1)),
    };
  } catch {
    throw refusal("the user or password before its @ is not percent-encoded");
  }
}

function readQuery(query: string) {
  const known = new Map<keyof Parameters, string>();
  const ignored: string[] = [];
  for (const [name, value] of new URLSearchParams(query.replaceAll("+", "%2B"))) {
    const meant = names.find((known) => flat(known) === flat(name));
    if (meant) known.set(meant, value.trim());
    else ignored.push(name);
  }
  return { known, ignored };
}

function flat(name: string): string {
  return name.trim().toLowerCase().replace(/[_-]/g, "");
}

function refusal(detail: string): Error {
  return new Error(`Cannot use the event store's connection string: ${detail}`);
}
