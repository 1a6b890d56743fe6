/** Where and with what a command is started. */
export type Surroundings = {
  /** Of the command. */
  readonly args: readonly string[];
  readonly env: { get(name: string): string | undefined; keys?(): Iterable<string> };
  readonly os: typeof Deno.build.os;
  /** This very Deno. */
  readonly deno: string;
  /** For what is thrown away. */
  readonly temporary: string;
};

/** The application's own: a thread that fills a read model loads it anew. */
const code = ".";

/** What kinds of commands there are, by what they may do. */
const kinds = {
  /** Runs an application on its data, in processes of their own if need be. */
  dev: async (given: Surroundings) => [
    "--allow-net",
    mayRun(given, ["sh", given.deno]),
    ...await onFiles(dataDirectoryOf(given), given, [code, ...filesOf(given)]),
  ],
  /** Looks at an application's data, or acts on them. */
  operate: async (given: Surroundings) => [
    "--allow-net",
    mayRun(given, ["sh"]),
    ...await onFiles(dataDirectoryOf(given), given, [code]),
  ],
  /** Runs an application that is thrown away. */
  demo: async (given: Surroundings) => [
    given.env.get("EVENTSTORE_URL") || given.env.get("DATABASE_URL")
      ? "--allow-net"
      : "--allow-net=127.0.0.1",
    mayRun(given, ["sh", given.deno]),
    ...await onFiles(given.temporary, given),
  ],
  /** Measures what is here, on files that are thrown away. */
  measure: ({ temporary }: Surroundings) =>
    Promise.resolve([
      "--allow-net=127.0.0.1",
      "--allow-run",
      "--allow-read",
      `--allow-write=${temporary}`,
      "--allow-sys=cpus",
    ]),
};

/** The permissions that a command of this kind needs, and no more: what is passed to `deno run`. */
export async function permissionsOf(kind: string, given: Surroundings): Promise<readonly string[]> {
  if (!isKind(kind)) {
    throw new Error(`Cannot launch "${kind}": kinds are ${Object.keys(kinds).join(", ")}`);
  }
  return ["--allow-env", ...await kinds[kind](given)];
}

function isKind(kind: string): kind is keyof typeof kinds {
  return Object.hasOwn(kinds, kind);
}

function mayRun({ os }: Surroundings, programs: readonly string[]): string {
  // PostgreSQL's own programs, which are started through the shell elsewhere
  return os === "windows" ? "--allow-run" : `--allow-run=${programs.join(",")}`;
}

function filesOf({ env }: Surroundings): readonly string[] {
  return [env.get("ROUTES_FILE") || [], env.get("RESILIENCE_FILE") || []].flat();
}

async function onFiles(
  folder: string,
  { env }: Surroundings,
  more: readonly string[] = [],
): Promise<readonly string[]> {
  const read = [folder, ...more, ...await certificatesOf(env.get("EVENTSTORE_URL"))];
  read.push(...await databaseCertificates(env));
  return [`--allow-read=${read.join(",")}`, `--allow-write=${folder}`];
}

/** Those that a connection to any of the databases has to read. */
async function databaseCertificates(env: Surroundings["env"]): Promise<readonly string[]> {
  const urls = Array.from(env.keys?.() ?? ["DATABASE_URL"])
    .filter((name) => /^(.+_)?DATABASE_URL$/.test(name))
    .flatMap((name) => env.get(name) || [])
    .filter((url) => /[?&]ssl/.test(url));
  if (urls.length === 0) return [];
  // Only now: it takes its time, too
  const { databaseFiles } = await import("@headwater/postgres");
  return [...new Set(urls.flatMap(databaseFiles))];
}

function dataDirectoryOf({ args, env }: Surroundings): string {
  const flag = args.findLastIndex((arg) => /^--data-dir(=|$)/.test(arg));
  const [, value = args[flag + 1]] = args[flag]?.split(/=(.*)/s) ?? [];
  return (flag < 0 ? env.get("DATA_DIR") : value) || ".data";
}

/** A URL that cannot be read names none; whoever is started with it will say so. */
async function certificatesOf(url: string | undefined): Promise<readonly string[]> {
  if (!url) return [];
  // Its libraries take their time, which most starts can do without.
  const { certificateFiles } = await import("@headwater/eventstoredb");
  try {
    return certificateFiles(url);
  } catch {
    return [];
  }
}
