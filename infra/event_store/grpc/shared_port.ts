import { Buffer } from "node:buffer";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Log } from "@headwater/core";
import { listenSteadily } from "./steady_listener.ts";

export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => void;

export type SharedPortOptions = {
  readonly host: string;
  readonly port: number;
  readonly http1: HttpHandler;
  /** Gets connections whose first bytes are HTTP/2's, those bytes still unread. */
  readonly onHttp2: (socket: Socket) => void;
  readonly logger: Log;
  readonly silenceMs?: number;
};

export type SharedPort = {
  readonly port: number;
  readonly connections: number;
  /** Takes no more connections, waits for the open ones to end, and cuts those left after `withinMs`. */
  stop(withinMs: number): Promise<void>;
};

const http2Beginning = Buffer.from("PRI");

/** Listens on one port for HTTP/1.1 and HTTP/2: whoever begins with HTTP/2's preface speaks HTTP/2. */
export async function listenForBoth(options: SharedPortOptions): Promise<SharedPort> {
  const { host, port, logger, silenceMs = 10_000 } = options;
  const http1 = http.createServer((request, response) => {
    // Deno 2.9 closes a connection that it was handed after one answer, while it says that it keeps it
    response.setHeader("connection", "close");
    options.http1(request, response);
  });
  const sockets = new Set<Socket>();
  const others = new Set<Socket>();
  function takeConnection(socket: Socket): void {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    // A client may vanish at any time; what it had asked for ends with the socket's close
    socket.on("error", () => socket.destroy());
    socket.setTimeout(silenceMs, () => socket.destroy());
    let begun: Buffer = Buffer.alloc(0);
    socket.on("data", function look(bytes: Buffer) {
      begun = begun.length === 0 ? bytes : Buffer.concat([begun, bytes]);
      const length = Math.min(begun.length, http2Beginning.length);
      const isHttp2 = begun.compare(http2Beginning, 0, length, 0, length) === 0;
      if (isHttp2 && length < http2Beginning.length) return;
      socket.off("data", look);
      socket.pause();
      socket.unshift(begun);
      if (isHttp2) {
        socket.setTimeout(0);
        options.onHttp2(socket);
      } else {
        others.add(socket);
        socket.once("close", () => others.delete(socket));
        http1.emit("connection", socket);
      }
      socket.resume();
    });
  }
  const listener = await listenSteadily({ host, port, logger, onConnection: takeConnection });
  return {
    port: listener.port,
    get connections() {
      return sockets.size;
    },
    async stop(withinMs) {
      const closed = listener.close();
      for (const socket of others) socket.destroySoon();
      const cut = setTimeout(() => sockets.forEach((socket) => socket.destroy()), withinMs);
      await closed;
      clearTimeout(cut);
    },
  };
}
