import { type Log, type Service, time } from "@headwater/core";
import { edge } from "@headwater/http";
import { endConnection } from "./end_connection.ts";
import { endsWithin } from "./ends_within.ts";
import { endUpload } from "./end_upload.ts";
import { listenSteadily } from "./steady_listener.ts";
import { reachableUrl } from "./reachable_url.ts";
import { trustedProxies } from "./trusted_proxies.ts";
import { recentConnections } from "./recent_connections.ts";

/** A service that answers over HTTP, until it is disposed. */
export type Server = AsyncDisposable & {
  readonly url: string;
};

/** How long who asked of late may take to ask once more, and so to be told that the connection ends. */
const defaultLingerMs = 1_000;
/** While nobody asks in so many turns in a row, nothing is under way to us; in turns, as time passes in a stall too. */
const quietTurns = 10;
const turnMs = 10;
const longestHoldMs = 800;
/** How long requests under way may then take, when they are given up, where people wait for the end. */
const defaultFinishMs = 500;
/** How long answers may then take that are there. */
const sendMs = 500;

/**
 * Serves a service over HTTP. From `leaving` on, or from its disposal, it says `Connection: close` with every answer.
 * Disposing ends it when everybody who asked of late was told so, or after `lingerMs`; requests under way then have
 * `finishMs` to finish.
 */
export function serve(
  service: Service,
  {
    host,
    port,
    leaving,
    lingerMs = defaultLingerMs,
    finishMs = defaultFinishMs,
    trustedProxies: trusted = [],
    logger,
  }: {
    readonly host: string;
    /** 0: a free one. */
    readonly port: number;
    readonly leaving?: AbortSignal | undefined;
    readonly lingerMs?: number | undefined;
    /** Default: 500. */
    readonly finishMs?: number | undefined;
    /** Addresses and networks of those who are believed when they say for whom they ask. */
    readonly trustedProxies?: readonly string[];
    readonly logger: Log;
  },
): Server {
  const proxies = trustedProxies(trusted);
  const underWay = new Set<(givenUp: Response) => void>();
  const recent = recentConnections();
  const everybodyTold = new AbortController();
  let isLeaving = false;
  let isQuiet = true;
  let held: Promise<void> | undefined;

  async function answerOn(connection: string, request: Request): Promise<Response> {
    if (!isLeaving) recent.asked(connection);
    isQuiet = false;
    // Not a race, for which more is made than for all else here
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    underWay.add(resolve);
    let answered: Response;
    try {
      service(request).then(resolve, reject);
      answered = endUpload(request, await promise);
    } finally {
      underWay.delete(resolve);
    }
    if (!isLeaving) return answered;
    await held;
    recent.over(connection);
    if (recent.count() === 0) everybodyTold.abort();
    return endConnection(answered);
  }
  function listen(port: number): Deno.HttpServer<Deno.NetAddr> {
    return Deno.serve(
      {
        hostname: host,
        port,
        onListen() {},
        onError(error) {
          logger.error("request failed outside of the service", { error });
          return new Response(null, { status: 500 });
        },
      },
      (request, { remoteAddr: { hostname, port } }) => {
        edge.noteClientAddress(request, proxies.clientOf(request.headers, hostname));
        return answerOn(`${hostname}:${port}`, request);
      },
    );
  }
  const server = listening(() => listenSteadily(listen, { port, logger }), `${host}:${port}`);

  function beginToLeave(): void {
    isLeaving = true;
  }
  leaving?.addEventListener("abort", beginToLeave, { once: true });
  async function leave(): Promise<void> {
    leaving?.removeEventListener("abort", beginToLeave);
    beginToLeave();
    if (recent.count() > 0) await time.pause(lingerMs, { signal: everybodyTold.signal });
    // Whoever asks from now on waits until nobody else comes in: what reaches us unread then would be lost
    const { promise, resolve: release } = Promise.withResolvers<void>();
    held = promise;
    const until = performance.now() + longestHoldMs;
    for (let quiet = 0; quiet < quietTurns && performance.now() < until;) {
      isQuiet = true;
      await time.pause(turnMs);
      quiet = isQuiet ? quiet + 1 : 0;
    }
    const ended = server.shutdown();
    // Whoever is answered now asks again at once: who came before the listener has gone would be cut off
    await time.pause(turnMs);
    release();
    // What is under way is given up one by one: aborting the server has ended the process in Deno 2.9.6
    const timer = setTimeout(() => {
      for (const answer of underWay) answer(new Response(null, { status: 503 }));
    }, finishMs);
    await endsWithin(finishMs + sendMs, { what: `answers at ${url}`, end: () => ended, logger });
    clearTimeout(timer);
  }
  const { hostname, port: actual } = server.address;
  const url = reachableUrl({ host: hostname, port: actual });
  return { url, [Symbol.asyncDispose]: leave };
}

/** Throws as `serve` would if that port cannot be had. */
export function assertPortIsFree(
  { host, port }: { readonly host: string; readonly port: number },
): void {
  if (port === 0) return;
  listening(() => Deno.listen({ hostname: host, port }), `${host}:${port}`).close();
}

function listening<Listener>(listen: () => Listener, where: string): Listener {
  try {
    return listen();
  } catch (error) {
    const isTaken = error instanceof Deno.errors.AddrInUse;
    const reason = isTaken
      ? "another process has that port, say another with --port"
      : (error as Error).message;
    throw new Error(`Cannot listen on "${where}": ${reason}`, { cause: error });
  }
}
