import type { Log } from "@headwater/shared/ports/log";
import { clusterPlace } from "./cluster_place.ts";
import { createCluster } from "./create_cluster.ts";
import { postgresBinaries } from "./postgres_binaries.ts";
import {
  type Postmaster,
  type PostmasterOptions,
  StartFailed,
  startPostmaster,
} from "./postmaster.ts";
import { runShell } from "./shell.ts";
import { stopStray } from "./stray_postmaster.ts";

export type EmbeddedPostgresOptions = {
  /**
   * PostgreSQL's own directory, for example `.data/postgres`; made when it is not there.
   * Of the processes on this machine one at a time may use it.
   */
  readonly directory: string;
  readonly logger: Log;
  readonly signal?: AbortSignal;
  /** The data need not outlive this process: nothing waits for the disk. */
  readonly throwAway?: boolean;
};

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
  const place = await clusterPlace(options.directory, logger);
  const binaries = await postgresBinaries(`${place.directory}/programs`);
  const stray = await stopStray(`${place.directory}/data`);
  if (stray !== undefined) logger.warn("Stopped a PostgreSQL that was left behind", { pid: stray });
  signal?.throwIfAborted();
  const password = await createCluster(place, binaries);
  signal?.throwIfAborted();

  const first = await startOnFreePort({ binaries, place, durable: !throwAway, logger });
  let { postmaster } = first;
  const { port } = first.options;
  const stopping = new AbortController();

  async function supervise(): Promise<void> {
    while (true) {
      const { code, signal: by } = await postmaster.exited;
      if (stopping.signal.aborted) return;
      logger.warn("PostgreSQL ended unexpectedly: starting it again", { code, signal: by, port });
      const next = await startAgain(first.options, stopping.signal);
      if (!next) return;
      postmaster = next;
    }
  }

  const supervised = supervise();
  const running: EmbeddedPostgres = {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    port,
    get pid() {
      return postmaster.pid;
    },
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await postmaster.stop();
      await supervised;
      if (throwAway && place.moved) await runShell(`rm -rf "$1"`, { args: [place.directory] });
    },
  };
  if (signal?.aborted) {
    await running[Symbol.asyncDispose]();
    signal.throwIfAborted();
  }
  return running;
}

type Started = { readonly postmaster: Postmaster; readonly options: PostmasterOptions };

async function startOnFreePort(options: Omit<PostmasterOptions, "port">): Promise<Started> {
  for (let attempt = 1;; attempt++) {
    const withPort = { ...options, port: freePort() };
    try {
      return { postmaster: await startPostmaster(withPort), options: withPort };
    } catch (error) {
      const passing = error instanceof StartFailed && (error.portTaken || error.stillInUse);
      if (!passing || attempt === 20) throw error;
      await pause(attempt * 50);
    }
  }
}

/** Undefined when it was given up because of `signal`. */
async function startAgain(
  options: PostmasterOptions,
  signal: AbortSignal,
): Promise<Postmaster | undefined> {
  for (let attempt = 1; !signal.aborted; attempt++) {
    try {
      const postmaster = await startPostmaster(options);
      if (!signal.aborted) return postmaster;
      await postmaster.stop();
    } catch (error) {
      if (!(error instanceof StartFailed)) throw error;
      options.logger.warn("PostgreSQL could not be started again: trying on", { attempt, error });
      await pause(Math.min(attempt * 100, 2_000), signal);
    }
  }
}

/** Free a moment ago: somebody else may take it before PostgreSQL does. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  signal?.addEventListener("abort", () => {
    clearTimeout(timer);
    resolve();
  }, { once: true });
  return promise;
}
