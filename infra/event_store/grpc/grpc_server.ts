import { type Log, Unavailable } from "@headwater/core";
import type { Rpc } from "./grpc_call.ts";
import { isGrpcContentType, timeoutMs } from "./grpc_headers.ts";
import { GrpcError, grpcStatus } from "./grpc_status.ts";
import { encodeHeaders } from "../http2/header_encoder.ts";
import { Http2Connection, type KeepAlive } from "../http2/http2_connection.ts";
import type { Http2Stream } from "../http2/http2_stream.ts";
import { ServerCall } from "./server_call.ts";
import { type HttpHandler, listenForBoth } from "./shared_port.ts";

export type GrpcServerOptions = {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** By path, `/event_store.client.streams.Streams/Read` for example. */
  readonly services: ReadonlyMap<string, Rpc>;
  /** Answers HTTP/1.1 on the same port. */
  readonly http1: HttpHandler;
  readonly logger: Log;
  /** Pings after so long a silence, and how long the answer may take; default 10 s each, as on the original. */
  readonly keepAlive?: KeepAlive;
  /** Longest request message in bytes; default: what a record of the original's log may have, 16 MiB less some. */
  readonly maxMessageBytes?: number;
  /** How long a connection may take to say what it speaks; default 10 s. */
  readonly silenceMs?: number;
  /** How long stopping may take before connections are cut; default 2 s. */
  readonly stopMs?: number;
};

export type GrpcServer = AsyncDisposable & {
  readonly port: number;
  /** What is open now. */
  readonly open: { readonly connections: number; readonly calls: number };
};

const longestTimerMs = 2 ** 31 - 1;

/** Serves gRPC over HTTP/2 without TLS. */
export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  const {
    services,
    logger,
    keepAlive = { intervalMs: 10_000, timeoutMs: 10_000 },
    maxMessageBytes = 16 * 1024 * 1024 - 10_000,
    stopMs = 2_000,
  } = options;
  const serviceNames = new Set(Array.from(services.keys(), serviceOf));
  const calls = new Set<ServerCall>();
  const connections = new Set<Http2Connection>();

  function answer(stream: Http2Stream, peer: string): void {
    if (
      stream.headers[":method"] !== "POST" || !isGrpcContentType(stream.headers["content-type"])
    ) {
      const status = stream.headers[":method"] === "POST" ? "415" : "405";
      return stream.respond(encodeHeaders({ ":status": status }), { endStream: true });
    }
    const call = new ServerCall(stream, { peer, maxMessageBytes });
    calls.add(call);
    const stopTimer = startDeadline(call);
    stream.onClose = () => {
      stopTimer();
      calls.delete(call);
      const message = "Call canceled by the client.";
      call.abort(new GrpcError({ code: grpcStatus.cancelled, message }));
    };
    void run(call);
  }

  function startDeadline(call: ServerCall): () => void {
    const deadline = timeoutMs(call.header("grpc-timeout"));
    // Clients of Go give a subscription 292 years
    if (deadline === undefined || deadline > longestTimerMs) return () => {};
    const timer = setTimeout(() => {
      end(call, new GrpcError({ code: grpcStatus.deadlineExceeded, message: "Deadline Exceeded" }));
    }, deadline);
    return () => clearTimeout(timer);
  }

  async function run(call: ServerCall): Promise<void> {
    try {
      await (services.get(call.path) ?? refuse)(call);
      call.finish();
    } catch (error) {
      if (error instanceof GrpcError) return call.finish(error);
      // A disk that is full, or a log that is being closed, is no fault of the call: the client may try again
      if (error instanceof Unavailable) {
        const { message } = error;
        return call.finish(new GrpcError({ code: grpcStatus.unavailable, message, cause: error }));
      }
      logger.error("An rpc failed", { path: call.path, error });
      const message = "Exception was thrown by handler.";
      call.finish(new GrpcError({ code: grpcStatus.unknown, message }));
    }
  }

  function refuse({ path }: ServerCall): never {
    const what = serviceNames.has(serviceOf(path)) ? "Method" : "Service";
    const message = `${what} is unimplemented.`;
    throw new GrpcError({ code: grpcStatus.unimplemented, message });
  }

  const listener = await listenForBoth({
    ...options,
    onHttp2(socket) {
      const peer = `${socket.remoteAddress}:${socket.remotePort}`;
      const connection = new Http2Connection(socket, {
        onStream: (stream) => answer(stream, peer),
        onError: (error) => logger.warn("A client broke the protocol", { peer, error }),
      });
      connections.add(connection);
      socket.once("close", () => connections.delete(connection));
    },
  });
  const heartbeat = setInterval(() => {
    for (const connection of connections) connection.checkAlive(keepAlive);
  }, Math.min(keepAlive.intervalMs, keepAlive.timeoutMs) / 4);

  return {
    port: listener.port,
    open: {
      get connections() {
        return listener.connections;
      },
      get calls() {
        return calls.size;
      },
    },
    async [Symbol.asyncDispose]() {
      clearInterval(heartbeat);
      const message = "Server Is Not Ready";
      for (const call of calls) end(call, new GrpcError({ code: grpcStatus.unavailable, message }));
      for (const connection of connections) connection.close();
      await listener.stop(stopMs);
    },
  };
}

/** Ends a call from outside: its rpc learns of it by its signal. */
function end(call: ServerCall, reason: GrpcError): void {
  call.abort(reason);
  call.finish(reason);
}

function serviceOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}
