/** How a connection is encrypted, and what is asked of the server's certificate. */
export type Tls = {
  /** `prefer`: in the clear where the server does not offer it. */
  readonly mode: "prefer" | "require" | "verify-ca" | "verify-full";
  /** A file with the authorities that are trusted; undefined: those of the system. */
  readonly rootCertificate: string | undefined;
  readonly certificate: string | undefined;
  readonly key: string | undefined;
};

/** A PostgreSQL as people write it down, read once and for all. */
export type DatabaseUrl = {
  /** Tried in turn. */
  readonly hosts: readonly { readonly host: string; readonly port: number }[];
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly database: string | undefined;
  /** Undefined: in the clear. */
  readonly tls: Tls | undefined;
  /** Connections are handed out for one transaction at a time, by a pooler; undefined: nobody has said. */
  readonly isPooled: boolean | undefined;
  readonly connectTimeoutMs: number | undefined;
  readonly targetSession: string | undefined;
  /** Settings that the session starts with. */
  readonly session: Readonly<Record<string, string>>;
};

const sslModes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;
const sessionKinds = ["any", "read-write", "read-only", "primary", "standby", "prefer-standby"];
/** What the poolers of PgBouncer and Supabase listen on by default. */
const poolerPorts = [6432, 6543];

/** What other clients take from a URL and what has no meaning here, or is our own business. */
const withoutMeaning = new Set([
  "application_name",
  "client_encoding",
  "connection_limit",
  "fallback_application_name",
  "gssencmode",
  "keepalives",
  "keepalives_count",
  "keepalives_idle",
  "keepalives_interval",
  "pool_timeout",
  "socket_timeout",
  "sslsni",
  "statement_cache_size",
  "tcp_user_timeout",
]);

type Parameter = {
  /** For people. */
  readonly allowed: string;
  takes(value: string): boolean;
};

const parameters: Readonly<Record<string, Parameter>> = {
  sslmode: oneOf(sslModes),
  ssl: oneOf([...sslModes, "true", "false"]),
  sslrootcert: anything("the path of a file, or system"),
  sslcert: anything("the path of a file"),
  sslkey: anything("the path of a file"),
  channel_binding: oneOf(["disable", "prefer", "require"]),
  pgbouncer: oneOf(["true", "false"]),
  schema: oneOf(["public"]),
  options: anything("-c name=value …"),
  target_session_attrs: oneOf(sessionKinds),
  connect_timeout: { allowed: "seconds", takes: (value) => /^\d{1,4}$/.test(value) },
};

/** What is wrong with the parameters of a URL, each with what is allowed. */
export function databaseUrlProblems(text: string): readonly string[] {
  const { searchParams } = new URL(text);
  const problems: string[] = [];
  for (const [name, value] of searchParams) {
    const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    if (parameter ? parameter.takes(value) : withoutMeaning.has(name)) continue;
    problems.push(
      parameter
        ? `${name} "${value}", allowed: ${parameter.allowed}`
        : `a parameter "${name}", allowed: ${Object.keys(parameters).join(", ")}`,
    );
  }
  const isClear = tlsOf(searchParams) === undefined;
  for (const name of ["sslrootcert", "sslcert", "sslkey"]) {
    if (isClear && searchParams.has(name)) {
      problems.push(`${name} without encryption, allowed: with sslmode=verify-full, for example`);
    }
  }
  try {
    decodeURIComponent(new URL(text).pathname);
  } catch {
    problems.push(`a database that is not percent-encoded UTF-8`);
  }
  return problems;
}

/** Reads a URL `postgres://…`; throws when it has problems. */
export function readDatabaseUrl(text: string): DatabaseUrl {
  const url = new URL(text);
  const [problem] = databaseUrlProblems(text);
  if (problem !== undefined) {
    throw new Error(`Cannot connect to PostgreSQL at "${url.hostname}": the URL has ${problem}`);
  }
  const { searchParams: given } = url;
  const port = url.port === "" ? 5432 : Number(url.port);
  const seconds = given.get("connect_timeout");
  const options = given.get("options");
  return {
    // Brackets belong to the URL, not to an IPv6 address
    hosts: (url.hostname || "localhost").split(",").map((host) => ({
      host: host.replace(/^\[(.*)\]$/, "$1"),
      port,
    })),
    user: decodeURIComponent(url.username) || undefined,
    password: decodeURIComponent(url.password) || undefined,
    database: decodeURIComponent(url.pathname.slice(1)) || undefined,
    tls: tlsOf(given),
    isPooled: pooled(given, { port, host: url.hostname }),
    connectTimeoutMs: seconds && Number(seconds) > 0 ? Number(seconds) * 1_000 : undefined,
    targetSession: given.get("target_session_attrs")?.replace(/^any$/, "") || undefined,
    session: options === null ? {} : { options },
  };
}

/** The same server with another database, or with the word that there is a pooler. */
export function changedUrl(
  text: string,
  { database, isPooled }: { readonly database?: string; readonly isPooled?: boolean },
): string {
  const url = new URL(text);
  if (database !== undefined) url.pathname = `/${encodeURIComponent(database)}`;
  // Only where there is one: other clients do not know the parameter
  if (isPooled) url.searchParams.set("pgbouncer", "true");
  return url.href;
}

/** The files that a connection to this URL has to read; none for a URL that cannot be read. */
export function databaseFiles(text: string): readonly string[] {
  const { tls } = URL.canParse(text) && databaseUrlProblems(text).length === 0
    ? readDatabaseUrl(text)
    : { tls: undefined };
  return [tls?.rootCertificate, tls?.certificate, tls?.key].filter((file) => file !== undefined);
}

function tlsOf(given: URLSearchParams): Tls | undefined {
  const ssl = given.get("ssl") ?? undefined;
  const said = given.get("sslmode") ?? { true: "require", false: "disable" }[ssl ?? ""] ?? ssl;
  const root = given.get("sslrootcert") ?? undefined;
  const mode = strict(said, {
    root,
    // What it guards against is somebody in between, as does knowing whom we talk to
    isBound: given.get("channel_binding") === "require",
  });
  if (mode === undefined) return undefined;
  return {
    mode,
    rootCertificate: root === "system" ? undefined : root,
    certificate: given.get("sslcert") ?? undefined,
    key: given.get("sslkey") ?? undefined,
  };
}

/** As libpq has it: who names an authority wants it to be asked. */
function strict(
  mode: string | undefined,
  { root, isBound }: { readonly root: string | undefined; readonly isBound: boolean },
): Tls["mode"] | undefined {
  if (root === "system" || isBound && mode !== "disable") return "verify-full";
  switch (mode) {
    case undefined:
    case "disable":
      return undefined;
    case "allow":
      return "prefer";
    case "require":
      return root === undefined ? "require" : "verify-ca";
    case "prefer":
    case "verify-ca":
    case "verify-full":
      return mode;
    default:
      return "verify-full";
  }
}

function pooled(
  given: URLSearchParams,
  { port, host }: { readonly port: number; readonly host: string },
): boolean | undefined {
  const said = given.get("pgbouncer");
  if (said !== null) return said === "true";
  // As Neon names them
  return poolerPorts.includes(port) || /-pooler\./.test(host) ? true : undefined;
}

function oneOf(values: readonly string[]): Parameter {
  return { allowed: values.join(", "), takes: (value) => values.includes(value) };
}

function anything(allowed: string): Parameter {
  return { allowed, takes: (value) => value !== "" };
}
