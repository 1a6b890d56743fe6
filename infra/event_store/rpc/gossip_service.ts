import gossip from "@eventstore/db-client/generated/gossip_pb.js";
import shared from "@eventstore/db-client/generated/shared_pb.js";
import type { Rpc } from "../grpc/grpc_call.ts";
import { unaryRpc } from "./unary_rpc.ts";

export type GossipOptions = {
  /** UUID of this run of the server. */
  readonly instanceId: string;
  /** Where clients reach the server: those that discover it connect there. */
  readonly endPoint: () => { readonly host: string; readonly port: number };
};

const ticksPerMs = 10_000n;

/** The service by which clients discover a cluster: this one has a single node, its leader. */
export function gossipService({ instanceId, endPoint }: GossipOptions): ReadonlyMap<string, Rpc> {
  const { MemberInfo } = gossip;
  const read = unaryRpc(shared.Empty, () => {
    const { host, port } = endPoint();
    const address = new gossip.EndPoint();
    address.setAddress(host);
    address.setPort(port);
    const id = new shared.UUID();
    id.setString(instanceId);
    const member = new MemberInfo();
    member.setInstanceId(id);
    member.setTimeStamp(String(BigInt(Date.now()) * ticksPerMs));
    member.setState(MemberInfo.VNodeState.LEADER);
    member.setIsAlive(true);
    member.setHttpEndPoint(address);
    const cluster = new gossip.ClusterInfo();
    cluster.addMembers(member);
    return cluster;
  });
  return new Map([["/event_store.client.gossip.Gossip/Read", read]]);
}
