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
  const underWay = new Set<() => void>();
  async function answer(request: Request): Promise<Response> {
    const { promise: late, resolve } = Promise.withResolvers<Response>();
    const giveUp = () => resolve(new Response(null, { status: 503 }));
    underWay.add(giveUp);
    try {
      return await Promise.race([service(request), late]);
    } finally {
      underWay.delete(giveUp);
    }
  }
  const server = listening(() =>
    Deno.serve({
      hostname: host,
      port,
      onListen() {},
      onError(error) {
        logger.error("request failed outside of the service", { error });
        return new Response(null, { status: 500 });
      },
    }, async (request) => endUpload(request, await answer(request))), `${host}:${port}`);
  const { hostname, port: actual } = server.addr as Deno.NetAddr;
  const reachable = ["0.0.0.0", "::"].includes(hostname) ? "127.0.0.1" : hostname;
  return {
    url: `http://${reachable.includes(":") ? `[${reachable}]` : reachable}:${actual}`,
    async [Symbol.asyncDispose]() {
      // What is under way is given up one by one: aborting the server has ended the process in Deno 2.9.6
      const timer = setTimeout(() => {
        for (const giveUp of underWay) giveUp();
      }, graceMs);
      await server.shutdown();
      clearTimeout(timer);
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
