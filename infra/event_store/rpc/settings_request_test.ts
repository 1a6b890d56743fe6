import assert from "node:assert/strict";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { GrpcError } from "../grpc/grpc_status.ts";
import { problemOf, readBatchOf } from "../groups/group_settings.ts";
import { GroupRequestSchema } from "./messages_pb.ts";
import { readGroupRequest } from "./settings_request.ts";

type Options = NonNullable<MessageInitShape<typeof GroupRequestSchema>["options"]>;

const streamIdentifier = { streamName: new TextEncoder().encode("order-1") };
const ofStream = {
  case: "stream",
  value: { streamIdentifier, from: { case: "start", value: {} } },
} as const;

function request(options: Options) {
  return readGroupRequest(create(GroupRequestSchema, { options: { groupName: "g", ...options } }));
}

Deno.test("settings that are left out, or 0, mean what they do on the original", () => {
  const { settings } = request({ source: ofStream, settings: { historyBufferSize: 500 } });
  assert.deepEqual(settings, {
    resolveLinks: false,
    extraStatistics: false,
    messageTimeoutMs: 0,
    maxRetryCount: 0,
    checkpointAfterMs: 0,
    minCheckpointCount: 0,
    maxCheckpointCount: 0,
    maxSubscriberCount: 0,
    liveBufferSize: 0,
    readBatchSize: 0,
    historyBufferSize: 500,
    consumerStrategy: "DispatchToSingle",
    startFrom: 0,
  });
  assert.equal(problemOf(settings), undefined);
  assert.equal(readBatchOf({ ...settings, liveFrom: 0 }), 20);
  assert.equal(readBatchOf({ ...settings, historyBufferSize: 7, liveFrom: 0 }), 7);
  assert.match(problemOf({ ...settings, historyBufferSize: 0 })!, /historyBufferSize/);
});

Deno.test("clients of the first servers say the stream and where to begin in the old places", () => {
  const settings = { revision: 5n, historyBufferSize: 500 };
  const { name, settings: read } = request({ streamIdentifier, settings });
  assert.deepEqual([name.stream, read.startFrom], ["order-1", 5]);
  const fromEnd = { ...settings, revision: 2n ** 64n - 1n };
  assert.equal(request({ streamIdentifier, settings: fromEnd }).settings.startFrom, "end");
});

Deno.test("a group must be told where to begin, by which events, and its settings", () => {
  const settings = { historyBufferSize: 500 };
  const start = { case: "start", value: {} } as const;
  const wrong: readonly (readonly [RegExp, Options])[] = [
    [/settings are missing/, { source: ofStream }],
    [/neither stream nor all/, { settings }],
    [
      /neither revision nor start nor end/,
      { settings, source: { case: "stream", value: { streamIdentifier } } },
    ],
    [/neither position nor start nor end/, { settings, source: { case: "all", value: {} } }],
    [
      /neither stream nor event type/,
      { settings, source: { case: "all", value: { from: start, filter: {} } } },
    ],
  ];
  for (const [message, options] of wrong) {
    assert.throws(() => request(options), (error) => {
      assert.ok(error instanceof GrpcError);
      assert.match(error.message, message);
      return true;
    });
  }
  const nothing = { by: { case: "eventType", value: {} } } as const;
  const { filter } = request({
    settings,
    source: { case: "all", value: { from: start, filter: nothing } },
  });
  assert.equal(filter!.matches("Happened"), false);
});
