import net, { type AddressInfo, type Socket } from "node:net";
import type { Log } from "@headwater/core";

export type SteadyListenerOptions = {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** Gets the listener's own connections, too: they say nothing, and end at once. */
  readonly onConnection: (socket: Socket) => void;
  readonly logger: Log;
  /** How often it looks whether somebody was heard of late; default 2 s. */
  readonly lookMs?: number;
};

export type SteadyListener = {
  readonly port: number;
  /** Takes no more connections; resolves when those that it has have ended. */
  close(): Promise<void>;
};

/** More than one: after a process that stood still the clock is looked at before whoever waits. */
const looksUnheard = 2;

/**
 * Takes connections until it is closed, also after the process had no file handle left for one. Deno 2.9.6 says nothing
 * of that and takes none from then on: so while nobody connects it does so itself, and listens anew if it is not heard.
 */
export async function listenSteadily(options: SteadyListenerOptions): Promise<SteadyListener> {
  const { host, onConnection, logger, lookMs = 2_000 } = options;
  const closed: Promise<void>[] = [];
  let isHeard = false;
  let isDeaf = false;
  let unheard = 0;
  let probe: Socket | undefined;

  function endProbe(): void {
    probe?.destroy();
    probe = undefined;
  }
  function listen(port: number): Promise<net.Server> {
    const { promise, resolve, reject } = Promise.withResolvers<net.Server>();
    const server = net.createServer({ noDelay: true }, (socket) => {
      isHeard = true;
      if (isDeaf) logger.info("Connections are taken again", { port });
      isDeaf = false;
      endProbe();
      onConnection(socket);
    });
    server.once("error", reject);
    server.listen({ host, port }, () => {
      server.off("error", reject);
      // Node tells of a connection that it could not take, and goes on
      server.on("error", (error) => logger.warn("A connection was not taken", { port, error }));
      resolve(server);
    });
    return promise;
  }

  let server = await listen(options.port).catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === "EADDRINUSE" ? "another process has that port" : error.message;
    throw new Error(`Cannot listen on "${host}:${options.port}": ${reason}`, { cause: error });
  });
  const { port } = server.address() as AddressInfo;
  let listening: Promise<void> = Promise.resolve();

  function stopListening(): void {
    if (!server.listening) return;
    closed.push(new Promise((resolve) => void server.close(() => resolve())));
  }
  async function listenAnew(): Promise<void> {
    if (!isDeaf) logger.error("No connections are taken, listening again", { port });
    isDeaf = true;
    stopListening();
    try {
      server = await listen(port);
    } catch (error) {
      logger.debug("Cannot listen again yet", { port, error });
    }
  }
  function connectToItself(): void {
    const asking = net.connect({ host, port });
    probe = asking;
    // Who has no handle left to ask with finds out later
    asking.on("error", () => probe === asking && endProbe());
  }
  function look(): void {
    if (isHeard) {
      isHeard = false;
      unheard = 0;
    } else if (probe === undefined && server.listening) {
      connectToItself();
    } else if (++unheard >= looksUnheard) {
      unheard = 0;
      endProbe();
      listening = listenAnew();
    }
  }
  const looking = setInterval(look, lookMs);

  return {
    port,
    async close() {
      clearInterval(looking);
      endProbe();
      await listening;
      stopListening();
      await Promise.all(closed);
    },
  };
}
