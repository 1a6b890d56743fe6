import { within } from "@headwater/testing";
import { once } from "node:events";
import net, { type AddressInfo, type Socket } from "node:net";
import tls from "node:tls";
import type { TestCertificate } from "./test_certificate.ts";

export type TlsProxy = AsyncDisposable & {
  readonly port: number;
  /** Connections that have been made in all. */
  readonly connections: number;
  /** Breaks all connections there are; new ones are taken. */
  cut(): void;
};

/** Speaks TLS with clients, and passes on what they say to a server on this machine that does not. */
export async function startTlsProxy(
  { port, key, certificate }: TestCertificate & { readonly port: number },
): Promise<TlsProxy> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = tls.createServer({ key, cert: certificate, ALPNProtocols: ["h2"] }, (client) => {
    connections++;
    const upstream = net.connect(port, "127.0.0.1");
    upstream.setNoDelay();
    client.setNoDelay();
    for (const [from, to] of [[client, upstream], [upstream, client]] as const) {
      sockets.add(from);
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
      // Whichever side breaks, its close is what counts.
      from.on("error", () => from.destroy());
      from.pipe(to);
    }
  });
  // Those who do not trust us, or do not speak TLS.
  server.on("tlsClientError", (_error, client) => client.destroy());
  function cut(): void {
    for (const socket of sockets) socket.destroy();
  }
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    cut,
    async [Symbol.asyncDispose]() {
      cut();
      server.close();
      await within("the proxy to end", once(server, "close"));
    },
  };
}
