import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { fromBinary } from "@bufbuild/protobuf";
import { openSqliteStore } from "../log/sqlite_store.ts";
import { contentText, type StoredEvent } from "../log/stored_event.ts";
import { EventStore } from "../projected/event_store.ts";
import { grpcTestBed } from "../testing/grpc_test_bed.ts";
import { encoded, nested } from "../testing/request_test_bed.ts";
import { ScavengeResponseSchema } from "./messages_pb.ts";
import { operationsService } from "./operations_service.ts";
import { Scavenges } from "./scavenges.ts";

const path = "/event_store.client.operations.Operations";

Deno.test("operators can restart the persistent subscriptions, and what is always so is confirmed", async () => {
  await using bed = await operationsTestBed();
  for (
    const name of [
      "RestartPersistentSubscriptions",
      "MergeIndexes",
      "ResignNode",
      "SetNodePriority",
    ]
  ) {
    assert.equal((await bed.unary(`${path}/${name}`, Buffer.alloc(0))).length, 0);
  }
  assert.equal(bed.restarts(), 1);
});

Deno.test("a scavenge has nothing to remove: it is over when it is answered, and told of in the log", async () => {
  await using bed = await operationsTestBed();
  const options = nested(1, (writer) => writer.uint(1, 1));
  const start = async () => {
    const answer = await bed.unary(`${path}/StartScavenge`, Buffer.from(encoded(options)));
    return fromBinary(ScavengeResponseSchema, answer);
  };
  const first = await start();
  const second = await start();
  assert.equal(first.scavengeResult, 0);
  assert.notEqual(first.scavengeId, second.scavengeId);

  const stream = `$scavenges-${second.scavengeId}`;
  const events = await bed.read(stream);
  assert.deepEqual(events.map(({ type }) => type), ["$scavengeStarted", "$scavengeCompleted"]);
  const { scavengeId, nodeEndpoint, result, spaceSaved } = JSON.parse(contentText(events[1]!.data));
  assert.deepEqual(
    [scavengeId, nodeEndpoint, result, spaceSaved],
    [second.scavengeId, "127.0.0.1:2113", "Success", 0],
  );
  const links = await bed.read("$scavenges");
  assert.deepEqual(links.map(({ data }) => data).slice(2), [`0@${stream}`, `1@${stream}`]);

  const stop = nested(1, (writer) => writer.string(1, second.scavengeId));
  await assert.rejects(bed.unary(`${path}/StopScavenge`, Buffer.from(encoded(stop))), (error) => {
    const { code, metadata } = error as { code: number; metadata: { get(key: string): unknown } };
    assert.equal(code, 5);
    assert.deepEqual(metadata.get("exception"), ["scavenge-not-found"]);
    assert.deepEqual(metadata.get("scavenge-id"), [second.scavengeId]);
    return true;
  });
});

async function operationsTestBed() {
  const sqlite = openSqliteStore({ path: ":memory:" });
  const store = new EventStore(sqlite, { standardProjections: true });
  let restarts = 0;
  const services = operationsService({
    restartSubscriptions: () => Promise.resolve(void restarts++),
    scavenges: new Scavenges(store, () => "127.0.0.1:2113"),
  });
  const bed = await grpcTestBed({}, { services });
  return {
    unary: bed.unary,
    restarts: () => restarts,
    async read(stream: string): Promise<readonly StoredEvent[]> {
      const range = { direction: "forwards", from: 0, limit: 100 } as const;
      return (await store.readStream(stream, range)).events;
    },
    async [Symbol.asyncDispose]() {
      await bed[Symbol.asyncDispose]();
      await sqlite[Symbol.asyncDispose]();
    },
  };
}
