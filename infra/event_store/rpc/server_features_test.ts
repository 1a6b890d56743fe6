import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import features from "@eventstore/db-client/generated/serverfeatures_pb.js";
import { grpcTestBed } from "../testing/grpc_test_bed.ts";
import { serverFeatures, serverVersion } from "./server_features.ts";

Deno.test("every rpc is told with what it can, its name in lower case", async () => {
  const streams = "/event_store.client.streams.Streams";
  const subscriptions = "/event_store.client.persistent_subscriptions.PersistentSubscriptions";
  const services = serverFeatures([
    `${streams}/Append`,
    `${streams}/BatchAppend`,
    `${streams}/Read`,
    `${subscriptions}/ReplayParked`,
    "/event_store.client.projections.Projections/Create",
  ]);
  const [path = ""] = services.keys();
  await using bed = await grpcTestBed({}, { services });
  const answer = features.SupportedMethods.deserializeBinary(
    await bed.unary(path, Buffer.alloc(0)),
  );
  assert.equal(answer.getEventStoreServerVersion(), serverVersion);
  const methods = answer.getMethodsList().map((method) => [
    `${method.getServiceName()}/${method.getMethodName()}`,
    method.getFeaturesList(),
  ]);
  assert.deepEqual(Object.fromEntries(methods), {
    "event_store.client.streams.streams/append": [],
    "event_store.client.streams.streams/batchappend": ["deadline_duration"],
    "event_store.client.streams.streams/read": ["position", "events"],
    "event_store.client.persistent_subscriptions.persistentsubscriptions/replayparked": [
      "stream",
      "all",
    ],
    "event_store.client.projections.projections/create": ["track_emitted_streams"],
    "event_store.client.server_features.serverfeatures/getsupportedmethods": [],
  });
});
