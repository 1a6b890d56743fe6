import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import gossip from "@eventstore/db-client/generated/gossip_pb.js";
import { gossipService } from "./gossip_service.ts";
import { grpcTestBed } from "../testing/grpc_test_bed.ts";

Deno.test("a cluster of one node, its leader, is told where it can be reached", async () => {
  const instanceId = crypto.randomUUID();
  const services = gossipService({
    instanceId,
    endPoint: () => ({ host: "store.example", port: 2113 }),
  });
  const [path = ""] = services.keys();
  await using bed = await grpcTestBed({}, { services });
  const before = Date.now();
  const answer = gossip.ClusterInfo.deserializeBinary(await bed.unary(path, Buffer.alloc(0)));
  const [member, ...others] = answer.getMembersList();
  assert.deepEqual(others, []);
  assert.equal(member!.getInstanceId()!.getString(), instanceId);
  assert.equal(member!.getState(), gossip.MemberInfo.VNodeState.LEADER);
  assert.equal(member!.getIsAlive(), true);
  assert.deepEqual(member!.getHttpEndPoint()!.toObject(), { address: "store.example", port: 2113 });
  assert.ok(Number(member!.getTimeStamp()) / 10_000 >= before);
});
