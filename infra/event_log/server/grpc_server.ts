import http2, {
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { Log } from "@headwater/shared/ports/log";
import type { Rpc } from "./grpc_call.ts";
import { isGrpcContentType, timeoutMs } from "./grpc_headers.ts";
import { GrpcError, grpcStatus } from "./grpc_status.ts";
import { Http2Call } from "./http2_call.ts";
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
  /** Milliseconds between pings to each client, and how long the answer may take; default 10 s each, as on the original. */
  readonly keepAlive?: { readonly intervalMs: number; readonly timeoutMs: number };
  /** Longest request message in bytes; default 16 MiB. */
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

/** Serves gRPC over HTTP/2 without TLS. */
export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  const {
    services,
    logger,
    keepAlive = { intervalMs: 10_000, timeoutMs: 10_000 },
    maxMessageBytes = 16 * 1024 * 1024,
    stopMs = 2_000,
  } = options;
  const serviceNames = new Set(Array.from(services.keys(), serviceOf));
  const calls = new Set<Http2Call>();
  const sessions = new Set<ServerHttp2Session>();

  const server = http2.createServer({
    settings: { initialWindowSize: 1024 * 1024, maxConcurrentStreams: 100_000 },
    maxSessionMemory: 512,
  });
  server.on("session", (session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
  });
  server.on("sessionError", (error) => {
    logger.debug("A gRPC connection failed", { error });
  });
  server.on("stream", (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    if (!isGrpcContentType(headers["content-type"])) {
      stream.respond({ ":status": 415 }, { endStream: true });
      stream.resume();
      return;
    }
    const call = new Http2Call(stream, {
      headers,
      maxMessageBytes,
      peer: `${stream.session?.socket.remoteAddress}:${stream.session?.socket.remotePort}`,
    });
    calls.add(call);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const deadline = timeoutMs(call.header("grpc-timeout"));
    if (deadline !== undefined) {
      timer = setTimeout(() => {
        const late = new GrpcError({
          code: grpcStatus.deadlineExceeded,
          message: "Deadline Exceeded",
        });
        call.abort(late);
        call.finish(late);
      }, Math.min(deadline, 2 ** 31 - 1));
    }
    stream.on("error", (error) => logger.debug("A gRPC stream failed", { error }));
    stream.once("close", () => {
      clearTimeout(timer);
      calls.delete(call);
      call.abort(
        new GrpcError({ code: grpcStatus.cancelled, message: "Call canceled by the client." }),
      );
    });
    void run(call, rpcFor(call.path));
  });

  function rpcFor(path: string): Rpc {
    return services.get(path) ?? (() => {
      const what = serviceNames.has(serviceOf(path)) ? "Method" : "Service";
      return Promise.reject(
        new GrpcError({ code: grpcStatus.unimplemented, message: `${what} is unimplemented.` }),
      );
    });
  }

  async function run(call: Http2Call, rpc: Rpc): Promise<void> {
    try {
      await rpc(call);
      call.finish();
    } catch (error) {
      if (error instanceof GrpcError) return call.finish(error);
      if (call.over && error === call.over) return call.finish(call.over);
      logger.error("An rpc failed", { path: call.path, error });
      call.finish(
        new GrpcError({ code: grpcStatus.unknown, message: "Exception was thrown by handler." }),
      );
    }
  }

  const listener = await listenForBoth({ ...options, http2: server });
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
      const stopping = new GrpcError({
        code: grpcStatus.unavailable,
        message: "Server Is Not Ready",
      });
      for (const call of calls) {
        call.abort(stopping);
        call.finish(stopping);
      }
      for (const session of sessions) session.close();
      await listener.stop(stopMs);
    },
  };
}

function serviceOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}
