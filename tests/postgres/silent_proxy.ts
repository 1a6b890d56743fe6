import { within } from "@headwater/testing";

export type SilentProxy = AsyncDisposable & {
  readonly port: number;
  /** From now on connections stand, new ones are accepted, and nothing passes; or it passes again, also what was held back. */
  beSilent(isSilent: boolean): void;
};

/** Stands between clients and a server on this machine, and may fall silent as a hung pooler does. */
export function startSilentProxy(target: number): SilentProxy {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections = new Set<Deno.TcpConn>();
  const pumps = new Set<Promise<void>>();
  let speech = Promise.withResolvers<void>();
  speech.resolve();

  async function pump(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
    const buffer = new Uint8Array(65_536);
    try {
      for (;;) {
        const count = await from.read(buffer);
        await speech.promise;
        if (count === null) break;
        for (let sent = 0; sent < count;) sent += await to.write(buffer.subarray(sent, count));
      }
    } catch {
      // Whichever side broke, the other one is told below
    }
    end(from);
    end(to);
  }
  function end(connection: Deno.TcpConn): void {
    if (connections.delete(connection)) connection.close();
  }
  async function accept(): Promise<void> {
    for await (const client of listener) {
      try {
        const server = await Deno.connect({ hostname: "127.0.0.1", port: target });
        for (const each of [client, server]) connections.add(each);
        for (const pumping of [pump(client, server), pump(server, client)]) {
          pumps.add(pumping);
          pumping.finally(() => pumps.delete(pumping));
        }
      } catch (error) {
        client.close();
        // The server may be down just now, which clients see as they would without a proxy
        if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
      }
    }
  }

  const accepting = accept();
  return {
    port: listener.addr.port,
    beSilent(isSilent) {
      speech.resolve();
      if (isSilent) speech = Promise.withResolvers();
    },
    async [Symbol.asyncDispose]() {
      speech.resolve();
      listener.close();
      await within("the proxy to close its port", accepting);
      for (const connection of connections) end(connection);
      await within("the connections to end", Promise.all(pumps));
    },
  };
}
