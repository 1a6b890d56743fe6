import type { Rpc } from "../grpc/grpc_call.ts";
import { EmptySchema, ScavengeResponseSchema, StopScavengeRequestSchema } from "./messages_pb.ts";
import type { Scavenges } from "./scavenges.ts";
import { scavengeNotFound } from "./stream_errors.ts";
import { unaryRpc } from "./unary_rpc.ts";

export type OperationsOptions = {
  readonly restartSubscriptions: () => Promise<void>;
  readonly scavenges: Scavenges;
};

const started = 0;

/**
 * What operators may ask of a server, as far as it means something here. A single node stays the leader whatever its
 * priority is and whoever makes it resign, and SQLite has no indexes that wait to be merged: nothing is left to be done.
 * A scavenge is over before it could be stopped. Shutting down is not served.
 */
export function operationsService(
  { restartSubscriptions, scavenges }: OperationsOptions,
): ReadonlyMap<string, Rpc> {
  const path = "/event_store.client.operations.Operations";
  return new Map([
    [`${path}/RestartPersistentSubscriptions`, ordered(restartSubscriptions)],
    [`${path}/MergeIndexes`, ordered()],
    [`${path}/ResignNode`, ordered()],
    [`${path}/SetNodePriority`, ordered()],
    [
      `${path}/StartScavenge`,
      unaryRpc(
        { request: EmptySchema, response: ScavengeResponseSchema },
        async () => ({ scavengeId: await scavenges.start(), scavengeResult: started }),
      ),
    ],
    [
      `${path}/StopScavenge`,
      unaryRpc(
        { request: StopScavengeRequestSchema, response: ScavengeResponseSchema },
        ({ options }) => {
          throw scavengeNotFound(options?.scavengeId ?? "");
        },
      ),
    ],
  ]);
}

function ordered(obey = () => Promise.resolve()): Rpc {
  return unaryRpc({ request: EmptySchema, response: EmptySchema }, async () => {
    await obey();
    return {};
  });
}
