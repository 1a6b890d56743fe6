import { type Log, time } from "@headwater/core";
import { type Cluster, type Postmaster, StartFailed } from "./cluster.ts";
import { openPosixCluster } from "./posix_cluster.ts";
import { openWindowsCluster } from "./windows_cluster.ts";

/** Where a server keeps its data, and how carefully. */
export type EmbeddedPostgresOptions = {
  /**
   * PostgreSQL's own directory, for example `.data/postgres`; made when it is not there.
   * Of the processes on this machine one at a time may use it.
   */
  readonly directory: string;
  /** How many databases there will be, for the room that a first start needs; default 0. */
  readonly databases?: number;
  readonly logger: Log;
  readonly signal?: AbortSignal;
  /** The data need not outlive this process: nothing waits for the disk. */
  readonly throwAway?: boolean;
};

/** A server that runs until it is disposed. */
export type EmbeddedPostgres = AsyncDisposable & {
  /** Of the database `postgres`, with the password; the same for as long as this object lives. */
  readonly url: string;
  readonly port: number;
  /** The postmaster's; another one after it had to be started again. */
  readonly pid: number;
};

/**
 * Runs a real PostgreSQL as a child process, on a free port of 127.0.0.1, until it is disposed.
 *
 * When it ends by itself it is started again on the same port, so that clients have only to connect again. When this
 * process is gone, however it ended, the server stops as well; what remains of it is taken care of by the next start.
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const { logger, signal, throwAway = false } = options;
  const openCluster = Deno.build.os === "windows" ? openWindowsCluster : openPosixCluster;
  const cluster = await openCluster({
    directory: options.directory,
    databases: options.databases,
    logger,
    durable: !throwAway,
  });
  signal?.throwIfAborted();
  const first = await startOnFreePort(cluster);
  let { postmaster } = first;
  const { port } = first;
  const stopping = new AbortController();

  async function supervise(): Promise<void> {
    while (true) {
      const how = await postmaster.exited;
      if (stopping.signal.aborted) return;
      logger.warn("PostgreSQL ended unexpectedly: starting it again", { how, port });
      const next = await startAgain(cluster, { port, logger, signal: stopping.signal });
      if (!next) return;
      postmaster = next;
    }
  }

  const supervised = supervise();
  const running: EmbeddedPostgres = {
    url: `postgres://postgres:${cluster.password}@127.0.0.1:${port}/postgres`,
    port,
    get pid() {
      return postmaster.pid;
    },
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await postmaster.stop();
      await supervised;
      if (throwAway) await cluster.removeElsewhere();
    },
  };
  if (signal?.aborted) {
    await running[Symbol.asyncDispose]();
    signal.throwIfAborted();
  }
  return running;
}

async function startOnFreePort(
  cluster: Cluster,
): Promise<{ readonly postmaster: Postmaster; readonly port: number }> {
  for (let attempt = 1;; attempt++) {
    const port = freePort();
    try {
      return { postmaster: await cluster.start(port), port };
    } catch (error) {
      const passing = error instanceof StartFailed && (error.portTaken || error.stillInUse);
      if (!passing || attempt === 20) throw error;
      await time.pause(attempt * 50);
    }
  }
}

type AgainOptions = {
  readonly port: number;
  readonly logger: Log;
  readonly signal: AbortSignal;
};

/** Undefined when it was given up because of `signal`. */
async function startAgain(
  cluster: Cluster,
  { port, logger, signal }: AgainOptions,
): Promise<Postmaster | undefined> {
  for (let attempt = 1; !signal.aborted; attempt++) {
    try {
      const postmaster = await cluster.start(port);
      if (!signal.aborted) return postmaster;
      await postmaster.stop();
    } catch (error) {
      logger.warn("PostgreSQL could not be started again: trying on", { attempt, error });
      await time.pause(Math.min(attempt * 100, 2_000), { signal });
    }
  }
  return undefined;
}

/** Free a moment ago: somebody else may take it before PostgreSQL does. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
