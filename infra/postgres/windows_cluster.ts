import { time } from "@headwater/core";
import { join, resolve } from "node:path";
import {
  type Cluster,
  clusterDefaults,
  type ClusterOptions,
  type Postmaster,
  serverSettings,
  StartFailed,
} from "./cluster.ts";
import { postgresPackage } from "./postgres_binaries.ts";

type WindowsOptions = ClusterOptions & {
  /** Default: where the package has them, which needs no symbolic links here. */
  readonly binaries?: string;
};

/**
 * A cluster on Windows, where there is neither a POSIX shell nor a signal: `pg_ctl` starts and stops the server, and
 * drops the rights of an administrator, which PostgreSQL refuses. It does not end with us: the next start ends it.
 */
export async function openWindowsCluster(options: WindowsOptions): Promise<Cluster> {
  const { logger, durable, binaries = join(postgresPackage().directory, "native", "bin") } =
    options;
  const directory = resolve(options.directory);
  const data = join(directory, "data");
  const logFile = join(directory, "postgres.log");
  const pgCtl = (...args: string[]) => run(join(binaries, "pg_ctl"), args);

  await Deno.mkdir(directory, { recursive: true });
  if (!await exists(join(data, "PG_VERSION"))) await create(directory, join(binaries, "initdb"));
  if (await pgCtl("status", "-D", data)) {
    logger.warn("Stopping a PostgreSQL that was left behind", { directory });
    await pgCtl("stop", "-D", data, "-m", "fast", "-w");
  }

  async function start(port: number): Promise<Postmaster> {
    await Deno.remove(logFile).catch(ignoreNotFound);
    const settings = serverSettings(port, durable).map((setting) => `-c ${setting}`).join(" ");
    if (!await pgCtl("start", "-D", data, "-w", "-l", logFile, "-o", settings)) {
      throw new StartFailed(directory, (await Deno.readTextFile(logFile)).trim().split("\n"));
    }
    const [pid] = (await Deno.readTextFile(join(data, "postmaster.pid"))).split("\n");
    const stopping = new AbortController();

    async function watch(): Promise<string> {
      while (!stopping.signal.aborted && await pgCtl("status", "-D", data)) {
        await time.pause(1_000, { signal: stopping.signal });
      }
      return "not running";
    }

    const exited = watch();
    return {
      pid: Number(pid),
      exited,
      async stop() {
        stopping.abort();
        await exited;
        const stopped = await pgCtl("stop", "-D", data, "-m", "fast", "-w", "-t", "10");
        if (!stopped) await pgCtl("stop", "-D", data, "-m", "immediate", "-w");
      },
    };
  }

  return {
    password: await Deno.readTextFile(join(data, "password")),
    start,
    removeElsewhere: () => Promise.resolve(),
  };
}

/** Made under another name and then renamed, together with its password. */
async function create(directory: string, initdb: string): Promise<void> {
  for await (const { name } of Deno.readDir(directory)) {
    if (name.startsWith("new-")) await Deno.remove(join(directory, name), { recursive: true });
  }
  const half = await Deno.makeTempDir({ dir: directory, prefix: "new-" });
  const passwordFile = join(half, "password");
  await Deno.writeTextFile(passwordFile, crypto.randomUUID());
  const made = join(half, "data");
  if (!await run(initdb, ["-D", made, `--pwfile=${passwordFile}`, ...clusterDefaults])) {
    throw new Error(`Cannot create a PostgreSQL cluster in "${directory}": initdb failed`);
  }
  await Deno.rename(passwordFile, join(made, "password"));
  await Deno.rename(made, join(directory, "data"));
  await Deno.remove(half, { recursive: true });
}

/** Whether the program succeeded. What it says goes nowhere: a server would keep a pipe open for as long as it runs. */
async function run(program: string, args: readonly string[]): Promise<boolean> {
  const command = new Deno.Command(program, {
    args: [...args],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  });
  return (await command.spawn().status).success;
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, (error) => {
    ignoreNotFound(error);
    return false;
  });
}

function ignoreNotFound(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
