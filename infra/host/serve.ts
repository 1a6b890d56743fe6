import type { Log, Service } from "@headwater/core";
import { endUpload } from "./end_upload.ts";

/** A service that answers over HTTP, until it is disposed. */
export type Server = AsyncDisposable & {
  readonly url: string;
};

/** How long requests under way may take once the server is being stopped. */
const graceMs = 2_000;

/** Serves a service over HTTP. Disposing lets requests under way finish, for a short while. */
export function serve(service: Service, { host, port, logger }: {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  readonly logger: Log;
}): Server {
  const aborted = new AbortController();
  const server = listening(() =>
    Deno.serve({
      hostname: host,
      port,
      signal: aborted.signal,
      onListen() {},
      onError(error) {
        logger.error("request failed outside of the service", { error });
        return new Response(null, { status: 500 });
      },
    }, async (request) => endUpload(request, await service(request))), `${host}:${port}`);
  const { hostname, port: actual } = server.addr as Deno.NetAddr;
  const reachable = ["0.0.0.0", "::"].includes(hostname) ? "127.0.0.1" : hostname;
  return {
    url: `http://${reachable.includes(":") ? `[${reachable}]` : reachable}:${actual}`,
    async [Symbol.asyncDispose]() {
      const timer = setTimeout(() => aborted.abort(), graceMs);
      await server.shutdown();
      clearTimeout(timer);
      await server.finished;
    },
  };
}

/** Throws as `serve` would if that port cannot be had. */
export function assertPortIsFree(
  { host, port }: { readonly host: string; readonly port: number },
): void {
  listening(() => Deno.listen({ hostname: host, port }), `${host}:${port}`).close();
}

function listening<Listener>(listen: () => Listener, where: string): Listener {
  try {
    return listen();
  } catch (error) {
    const isTaken = error instanceof Deno.errors.AddrInUse;
    const reason = isTaken ? "another process has that port" : (error as Error).message;
    throw new Error(`Cannot listen on "${where}": ${reason}`, { cause: error });
  }
}
