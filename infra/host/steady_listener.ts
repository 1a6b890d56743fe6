import { type Log, time } from "@headwater/core";

type Listener = Pick<Deno.HttpServer<Deno.NetAddr>, "addr" | "finished" | "shutdown">;

/** Takes connections until it is shut down. */
export type SteadyListener = {
  readonly address: Deno.NetAddr;
  /** Takes no more; resolves when those that it has have ended. */
  shutdown(): Promise<void>;
};

/**
 * Listens, and again when that ends by itself: Deno 2.9.6 stops to listen once the system has refused it a connection, for
 * want of file handles above all, and ends the whole process where nobody heeds that. Connections that there are go on.
 */
export function listenSteadily(
  listen: (port: number) => Listener,
  { port, logger }: { readonly port: number; readonly logger: Log },
): SteadyListener {
  let server = listen(port);
  const address = server.addr;
  const ended = new AbortController();
  const { signal } = ended;

  async function keepListening(): Promise<void> {
    for (let failures = 1; !signal.aborted; failures++) {
      try {
        await server.finished;
        return;
      } catch (error) {
        logger.error("No connections are taken, listening again", { ...address, error });
      }
      await time.pause(time.backOffMs(failures, { random: Math.random, longestMs: 1_000 }), {
        signal,
      });
      if (!signal.aborted) server = listensAgain() ?? server;
    }
  }
  function listensAgain(): Listener | undefined {
    try {
      return listen(address.port);
    } catch (error) {
      logger.warn("Cannot listen again yet", { ...address, error });
      return undefined;
    }
  }
  const listening = keepListening();
  return {
    address,
    async shutdown() {
      ended.abort();
      await server.shutdown();
      await listening;
    },
  };
}
