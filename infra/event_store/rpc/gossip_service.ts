import type { Rpc } from "../grpc/grpc_call.ts";
import { ClusterInfoSchema, EmptySchema } from "./messages_pb.ts";
import { unaryRpc } from "./unary_rpc.ts";

export type GossipOptions = {
  /** UUID of this run of the server. */
  readonly instanceId: string;
  /** Where clients reach the server: those that discover it connect there. */
  readonly endPoint: () => { readonly host: string; readonly port: number };
};

const ticksPerMs = 10_000n;
const leader = 8;

/** The service by which clients discover a cluster: this one has a single node, its leader. */
export function gossipService({ instanceId, endPoint }: GossipOptions): ReadonlyMap<string, Rpc> {
  const messages = { request: EmptySchema, response: ClusterInfoSchema };
  const read = unaryRpc(messages, () => {
    const { host, port } = endPoint();
    return {
      members: [{
        instanceId: { string: instanceId },
        timeStamp: BigInt(Date.now()) * ticksPerMs,
        state: leader,
        isAlive: true,
        httpEndPoint: { address: host, port },
      }],
    };
  });
  return new Map([["/event_store.client.gossip.Gossip/Read", read]]);
}
