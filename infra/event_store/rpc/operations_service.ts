import type { Rpc } from "../grpc/grpc_call.ts";
import { EmptySchema } from "./messages_pb.ts";
import { unaryRpc } from "./unary_rpc.ts";

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
    [`${path}/RestartPersistentSubscriptions`, ordered(restartSubscriptions)],
    [`${path}/MergeIndexes`, ordered()],
    [`${path}/ResignNode`, ordered()],
    [`${path}/SetNodePriority`, ordered()],
  ]);
}

function ordered(obey = () => Promise.resolve()): Rpc {
  return unaryRpc({ request: EmptySchema, response: EmptySchema }, async () => {
    await obey();
    return {};
  });
}
