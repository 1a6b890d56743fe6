import { Unavailable } from "@headwater/shared/ports/unavailable";
import type { EventStore } from "./event_store.ts";
import type { Rpc } from "./grpc_call.ts";
import { GrpcError, grpcStatus } from "./grpc_status.ts";
import { streamsAppend } from "./streams_append.ts";
import { type BatchAppendOptions, streamsBatchAppend } from "./streams_batch_append.ts";
import { streamsDelete } from "./streams_delete.ts";
import { streamsRead } from "./streams_read.ts";

/** The service that reads and writes streams: its rpcs by path. */
export function streamsService(
  store: EventStore,
  options: BatchAppendOptions,
): ReadonlyMap<string, Rpc> {
  const path = "/event_store.client.streams.Streams";
  const rpcs: readonly (readonly [string, Rpc])[] = [
    [`${path}/Append`, streamsAppend(store, options)],
    [`${path}/BatchAppend`, streamsBatchAppend(store, options)],
    [`${path}/Read`, streamsRead(store)],
    [`${path}/Delete`, streamsDelete(store, { deletes: "until-written" })],
    [`${path}/Tombstone`, streamsDelete(store, { deletes: "for-ever" })],
  ];
  return new Map(rpcs.map(([path, rpc]) => [path, orUnavailable(rpc)]));
}

/** A disk that is full, or a log that is being closed, is no fault of the request: the client may try again. */
function orUnavailable(rpc: Rpc): Rpc {
  return async (call) => {
    try {
      await rpc(call);
    } catch (cause) {
      if (!(cause instanceof Unavailable)) throw cause;
      throw new GrpcError({ code: grpcStatus.unavailable, message: cause.message, cause });
    }
  };
}
