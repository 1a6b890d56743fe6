import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import persistent from "@eventstore/db-client/generated/persistent_pb.js";
import { GroupInfoSchema, GroupRequestSchema } from "./messages_pb.ts";

Deno.test("the classes are those of the definitions", async () => {
  const definitions = await source("messages.proto");
  const classes = await source("messages_pb.ts");
  const defined = Array.from(
    definitions.matchAll(/^ +(?:optional |repeated )?(?:map<.+>|[\w.]+) (\w+) = (\d+);/gm),
    ([, name, number]) => `${name} = ${number}`,
  );
  const made = Array.from(
    classes.matchAll(/@generated from field: .+ (\w+) = (\d+);/g),
    ([, name, number]) => `${name} = ${number}`,
  );
  assert.ok(defined.length > 100);
  assert.deepEqual(made.toSorted(), defined.toSorted());
});

Deno.test("what the published client writes of a group's settings is read", () => {
  const settings = new persistent.CreateReq.Settings();
  settings.setResolveLinks(true);
  settings.setMaxRetryCount(7);
  settings.setMessageTimeoutMs(30_000);
  settings.setCheckpointAfterTicks("20000000");
  settings.setNamedConsumerStrategy(persistent.CreateReq.ConsumerStrategy.PINNED);
  settings.setConsumerStrategy("PinnedByCorrelation");
  const all = new persistent.CreateReq.AllOptions();
  all.setPosition(new persistent.CreateReq.Position().setCommitPosition("9007199254740993"));
  const options = new persistent.CreateReq.Options().setAll(all).setGroupName("billing");
  const bytes = new persistent.CreateReq().setOptions(options.setSettings(settings));

  const read = fromBinary(GroupRequestSchema, bytes.serializeBinary()).options!;
  assert.equal(read.groupName, "billing");
  assert.equal(read.source.case, "all");
  assert.equal(read.source.case === "all" && read.source.value.from.case, "position");
  const { from } = read.source.value as { from: { value: { commitPosition: bigint } } };
  assert.equal(from.value.commitPosition, 9_007_199_254_740_993n);
  const { messageTimeout, checkpointAfter, ...others } = read.settings!;
  assert.deepEqual(messageTimeout, { case: "messageTimeoutMs", value: 30_000 });
  assert.deepEqual(checkpointAfter, { case: "checkpointAfterTicks", value: 20_000_000n });
  assert.equal(others.resolveLinks, true);
  assert.equal(others.maxRetryCount, 7);
  assert.equal(others.namedConsumerStrategy, 2);
  assert.equal(others.consumerStrategy, "PinnedByCorrelation");
});

Deno.test("every field of what is told about a group reaches the published client", () => {
  let next = 0;
  const told = Object.fromEntries(
    GroupInfoSchema.fields.filter(({ fieldKind }) => fieldKind === "scalar").map((field) => {
      next++;
      const isText = field.scalar === 9;
      const isBig = field.scalar === 3;
      const isFlag = field.scalar === 8;
      return [field.localName, isText ? `${next}` : isBig ? BigInt(next) : isFlag || next];
    }),
  );
  const bytes = toBinary(GroupInfoSchema, create(GroupInfoSchema, told));
  const { connectionsList, ...seen } = persistent.SubscriptionInfo.deserializeBinary(bytes)
    .toObject();
  assert.deepEqual(connectionsList, []);
  // Told in the order of their numbers, as the client's own are
  assert.deepEqual(
    Object.values(seen).map(String),
    Object.values(told).map(String),
  );
});

function source(name: string): Promise<string> {
  return readFile(new URL(name, import.meta.url), "utf8");
}
