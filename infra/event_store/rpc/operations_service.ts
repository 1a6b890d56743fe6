import operations from "@eventstore/db-client/generated/operations_pb.js";
import shared from "@eventstore/db-client/generated/shared_pb.js";
import type { Rpc } from "../grpc/grpc_call.ts";
import { type MessageType, unaryRpc } from "./unary_rpc.ts";

/**
 * What operators may ask of a server, as far as it means something here. A single node stays the leader whatever its
 * priority is and whoever makes it resign, and SQLite has no indexes that wait to be merged: nothing is left to be done.
 * Scavenging and shutting down are not served.
 */
export function operationsService(
  { restartSubscriptions }: { readonly restartSubscriptions: () => Promise<void> },
): ReadonlyMap<string, Rpc> {
  const path = "/event_store.client.operations.Operations";
  return new Map([
    [`${path}/RestartPersistentSubscriptions`, ordered(shared.Empty, restartSubscriptions)],
    [`${path}/MergeIndexes`, ordered(shared.Empty)],
    [`${path}/ResignNode`, ordered(shared.Empty)],
    [`${path}/SetNodePriority`, ordered(operations.SetNodePriorityReq)],
  ]);
}

function ordered<Order>(order: MessageType<Order>, obey = () => Promise.resolve()): Rpc {
  return unaryRpc(order, async () => {
    await obey();
    return new shared.Empty();
  });
}
