import type { Http2Server } from "node:http2";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import net, { type AddressInfo, type Socket } from "node:net";

export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => void;

export type SharedPortOptions = {
  readonly host: string;
  readonly port: number;
  readonly http1: HttpHandler;
  readonly http2: Http2Server;
  readonly silenceMs?: number;
};

export type SharedPort = {
  readonly port: number;
  readonly connections: number;
  /** Takes no more connections, waits for the open ones, and cuts those left after `withinMs`. */
  stop(withinMs: number): Promise<void>;
};

const http2Preface = "PRI";

/** Listens on one port for HTTP/1.1 and HTTP/2: whoever begins with HTTP/2's preface speaks HTTP/2. */
export async function listenForBoth(options: SharedPortOptions): Promise<SharedPort> {
  const { silenceMs = 10_000 } = options;
  const http1 = http.createServer(options.http1);
  const sockets = new Set<Socket>();
  const listener = net.createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    socket.setTimeout(silenceMs, () => socket.destroy());
    socket.once("data", (bytes) => {
      socket.setTimeout(0);
      socket.pause();
      socket.unshift(bytes);
      const speaksHttp2 = bytes.toString("latin1", 0, 3) === http2Preface;
      (speaksHttp2 ? options.http2 : http1).emit("connection", socket);
    });
  });
  await new Promise<void>((resolve, reject) => {
    listener.once("error", reject);
    listener.listen({ host: options.host, port: options.port }, () => {
      listener.removeListener("error", reject);
      resolve();
    });
  });
  return {
    port: (listener.address() as AddressInfo).port,
    get connections() {
      return sockets.size;
    },
    async stop(withinMs) {
      const closed = new Promise<void>((resolve) => listener.close(() => resolve()));
      http1.close();
      const cut = setTimeout(() => sockets.forEach((socket) => socket.destroy()), withinMs);
      await closed;
      clearTimeout(cut);
    },
  };
}
