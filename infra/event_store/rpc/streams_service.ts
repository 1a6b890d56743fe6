import type { EventStore } from "../projected/event_store.ts";
import type { Rpc } from "../grpc/grpc_call.ts";
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
  return new Map<string, Rpc>([
    [`${path}/Append`, streamsAppend(store, options)],
    [`${path}/BatchAppend`, streamsBatchAppend(store, options)],
    [`${path}/Read`, streamsRead(store)],
    [`${path}/Delete`, streamsDelete(store, { deletes: "until-written" })],
    [`${path}/Tombstone`, streamsDelete(store, { deletes: "for-ever" })],
  ]);
}
