import { silentLog } from "@headwater/core";
import type { Rpc } from "../grpc/grpc_call.ts";
import { type GrpcServer, startGrpcServer } from "../grpc/grpc_server.ts";
import type { EventStore } from "../projected/event_store.ts";
import { serverFeatures } from "../rpc/server_features.ts";
import { streamsService } from "../rpc/streams_service.ts";

/** Serves a store's streams, and what else there is, for clients of EventStoreDB, on a free port. */
export async function serveStore(
  store: EventStore,
  more: ReadonlyMap<string, Rpc> = new Map(),
): Promise<GrpcServer> {
  const limits = { maxAppendBytes: 2 ** 20, writeTimeoutMs: 10_000 };
  const services = new Map([...streamsService(store, { ...limits, logger: silentLog }), ...more]);
  return await startGrpcServer({
    host: "127.0.0.1",
    port: 0,
    services: new Map([...services, ...serverFeatures(services.keys())]),
    http1: (_request, response) => void response.end(),
    logger: silentLog,
  });
}
