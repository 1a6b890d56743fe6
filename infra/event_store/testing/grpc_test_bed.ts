import { Buffer } from "node:buffer";
import { once } from "node:events";
import { Client, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import { silentLog } from "@headwater/core";
import type { GrpcCall, Rpc } from "../grpc/grpc_call.ts";
import { type GrpcServer, type GrpcServerOptions, startGrpcServer } from "../grpc/grpc_server.ts";

export type ServerStream =
  & ReturnType<Client["makeServerStreamRequest"]>
  & AsyncIterable<Buffer>;

/** A server of test rpcs and a client of another make. */
export type GrpcTestBed = AsyncDisposable & {
  readonly server: GrpcServer;
  readonly client: Client;
  /** Calls by the rpc's name, or by a whole path. */
  unary(name: string, message: Buffer, metadata?: Metadata): Promise<Buffer>;
  serverStream(name: string): ServerStream;
};

export async function grpcTestBed(
  rpcs: Readonly<Record<string, Rpc>>,
  options: Partial<GrpcServerOptions> = {},
): Promise<GrpcTestBed> {
  const server = await startGrpcServer({
    host: "127.0.0.1",
    port: 0,
    services: new Map(Object.entries(rpcs).map(([name, rpc]) => [`/test.Test/${name}`, rpc])),
    http1: (_request, response) => void response.end(),
    logger: silentLog,
    ...options,
  });
  const client = new Client(`127.0.0.1:${server.port}`, credentials.createInsecure(), {
    "grpc.max_send_message_length": -1,
    "grpc.max_receive_message_length": -1,
    "grpc.enable_retries": 0,
  });
  return {
    server,
    client,
    unary(name, message, metadata = new Metadata()) {
      const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
      const path = name.startsWith("/") ? name : `/test.Test/${name}`;
      client.makeUnaryRequest(
        path,
        same,
        same,
        message,
        metadata,
        (error: ServiceError | null, answer?: Buffer) => error ? reject(error) : resolve(answer!),
      );
      return promise;
    },
    serverStream: (name) =>
      client.makeServerStreamRequest(`/test.Test/${name}`, same, same, Buffer.alloc(0)),
    async [Symbol.asyncDispose]() {
      client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

export async function untilOver(call: GrpcCall, reasons: unknown[]): Promise<void> {
  if (!call.signal.aborted) await once(call.signal, "abort");
  reasons.push(call.signal.reason);
  throw call.signal.reason;
}

export function errorOf(call: ServerStream): Promise<ServiceError> {
  const { promise, resolve, reject } = Promise.withResolvers<ServiceError>();
  call.on("error", resolve).on("end", () => reject(new Error("Cannot give the error: none came")));
  call.resume();
  return promise;
}

export async function until(isTrue: () => boolean, everyMs = 5): Promise<void> {
  const limit = performance.now() + 20_000;
  while (!isTrue()) {
    if (performance.now() > limit) throw new Error("Cannot wait any longer: it did not come true");
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

export function numbered(number: number): Buffer {
  const message = Buffer.alloc(200);
  message.writeUInt32BE(number);
  return message;
}

export function same(message: Buffer): Buffer {
  return message;
}
