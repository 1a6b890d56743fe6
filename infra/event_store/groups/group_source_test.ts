import assert from "node:assert/strict";
import {
  END,
  PersistentSubscriptionDroppedError,
  PersistentSubscriptionFailedError,
  persistentSubscriptionToAllSettingsFromDefaults,
  START,
  streamNameFilter,
} from "@eventstore/db-client";
import { eventually, within } from "@headwater/testing";
import { type GroupTestBed, groupTestBed, settings, typesOf } from "../testing/group_test_bed.ts";

Deno.test("A group on the whole log cannot begin beyond its end, and cannot be deleted as a stream's", async () => {
  await using bed = await groupTestBed();
  const { client } = bed;
  const at = (place: bigint) =>
    persistentSubscriptionToAllSettingsFromDefaults({
      startFrom: { commit: place, prepare: place },
    });
  const head = BigInt(bed.store.head);
  await assert.rejects(
    client.createPersistentSubscriptionToAll("group", at(head + 1n)),
    PersistentSubscriptionFailedError,
  );
  await client.createPersistentSubscriptionToAll("group", at(head));
  await assert.rejects(
    client.updatePersistentSubscriptionToAll("group", at(head + 1_000n)),
    PersistentSubscriptionFailedError,
  );
  await assert.rejects(
    client.deletePersistentSubscriptionToStream("$all", "group"),
    PersistentSubscriptionFailedError,
  );
  await client.deletePersistentSubscriptionToAll("group");
});

Deno.test("A group on the whole log gets what its filter lets through, and keeps it when it is updated", async () => {
  await using bed = await groupTestBed();
  const { client } = bed;
  const start = persistentSubscriptionToAllSettingsFromDefaults({ startFrom: "start" });
  await client.createPersistentSubscriptionToAll("orders", start, {
    filter: streamNameFilter({ prefixes: ["order-"] }),
  });
  await bed.append("order-1", "A");
  await bed.append("cart-1", "B");
  await bed.append("order-2", "C");
  await using first = bed.consume("orders");
  const [a, c] = await first.take(2);
  assert.deepEqual(typesOf([a!, c!]), ["A", "C"]);
  assert.equal(a!.commitPosition !== undefined && c!.commitPosition! > a!.commitPosition, true);
  await client.updatePersistentSubscriptionToAll("orders", start);
  await using second = bed.consume("orders");
  await bed.append("cart-1", "D");
  await bed.append("order-1", "E");
  assert.deepEqual(typesOf(await second.take(3)), ["A", "C", "E"]);
});

Deno.test("A quiet filter on a busy log has its checkpoint moved on", async () => {
  await using bed = await groupTestBed();
  const { client } = bed;
  const chosen = persistentSubscriptionToAllSettingsFromDefaults({
    startFrom: "start",
    checkPointUpperBound: 10,
  });
  await client.createPersistentSubscriptionToAll("quiet", chosen, {
    filter: streamNameFilter({ regex: "^nothing$" }),
  });
  await bed.append("busy", ...Array.from({ length: 100 }, () => "A"));
  const { stats } = await eventually("the checkpoint", async () => {
    await bed.append("busy", "B");
    const info = await client.getPersistentSubscriptionToAllInfo("quiet");
    return (info.stats.lastCheckpointedEventPosition?.commit ?? 0n) >= 100n && info;
  });
  assert.ok(stats.lastKnownEventPosition!.commit >= stats.lastCheckpointedEventPosition!.commit);
});

Deno.test("The whole log hides what groups on it have to remember", async () => {
  await using bed = await groupTestBed();
  const { client } = bed;
  const each = persistentSubscriptionToAllSettingsFromDefaults({
    startFrom: "start",
    checkPointUpperBound: 1,
  });
  await client.createPersistentSubscriptionToAll("all", each);
  await bed.append("order-1", "Last");
  await using consumer = bed.consume("all");
  for (;;) {
    const [message] = await consumer.take(1);
    assert.doesNotMatch(message!.event!.streamId, /^\$persistentsubscription-\$all/);
    if (message!.event!.type === "Last") break;
    await consumer.nack("park", [message!]);
  }
  await eventually("parking", async () => {
    const { stats } = await client.getPersistentSubscriptionToAllInfo("all");
    return stats.parkedMessageCount > 0n && stats.lastCheckpointedEventPosition !== undefined;
  });
  for await (const { event } of client.readAll()) {
    assert.doesNotMatch(event!.streamId, /^\$persistentsubscription-\$all/);
  }
});

Deno.test("Consumers of a group are told when its stream is deleted for ever", async () => {
  await using bed = await groupTestBed();
  const { client } = bed;
  await client.createPersistentSubscriptionToStream("order-1", "group", settings());
  await bed.append("order-1", "A");
  await using consumer = bed.consume("group", { stream: "order-1" });
  await consumer.ack(await consumer.take(1));
  await isLive(bed);
  await client.tombstoneStream("order-1");
  const [last] = await consumer.take(1);
  assert.deepEqual([last!.event!.type, last!.event!.revision], ["$streamDeleted", 2n ** 63n - 1n]);
  await consumer.ack([last!]);
  const { stats } = await eventually("the checkpoint", async () => {
    const info = await client.getPersistentSubscriptionToStreamInfo("order-1", "group");
    return info.stats.lastCheckpointedEventRevision === 2n ** 63n - 1n && info;
  });
  assert.equal(stats.lastKnownEventRevision, 2n ** 63n - 1n);

  // As on the original, who comes after a restart finds that there is nothing to wait for
  await client.restartPersistentSubscriptionSubsystem();
  await using late = bed.consume("group", { stream: "order-1" });
  const reason = await within("the end", late.ended);
  assert.ok(reason instanceof PersistentSubscriptionDroppedError);
});

Deno.test("A group on a stream that was deleted for ever drops its consumers, unless it begins at the end", async () => {
  await using bed = await groupTestBed();
  const { client } = bed;
  await bed.append("order-1", "A");
  await client.tombstoneStream("order-1");
  for (const [name, startFrom] of [["start", START], ["later", 5n]] as const) {
    await client.createPersistentSubscriptionToStream("order-1", name, settings({ startFrom }));
    for (let time = 0; time < 2; time++) {
      await using consumer = bed.consume(name, { stream: "order-1" });
      const reason = await within("the end", consumer.ended);
      assert.ok(reason instanceof PersistentSubscriptionDroppedError, name);
      assert.deepEqual(consumer.received, []);
    }
  }
  await client.createPersistentSubscriptionToStream("order-1", "end", settings({ startFrom: END }));
  await using waiting = bed.consume("end", { stream: "order-1" });
  await waiting.confirmed;
  const info = await client.getPersistentSubscriptionToStreamInfo("order-1", "end");
  assert.deepEqual([info.status, info.connections.length], ["Live", 1]);
});

Deno.test("A tombstone that nobody could deal with is parked as the event that it is", async () => {
  await using bed = await groupTestBed();
  const { client } = bed;
  await client.createPersistentSubscriptionToStream("order-1", "group", settings());
  await using consumer = bed.consume("group", { stream: "order-1" });
  await isLive(bed);
  await client.tombstoneStream("order-1");
  await consumer.nack("park", await consumer.take(1));
  const parked = "$persistentsubscription-order-1::group-parked";
  const { events: [link] } = await eventually("the parked message", async () => {
    const range = { direction: "forwards", from: 0, limit: 1 } as const;
    const page = await bed.store.readStream(parked, range);
    return page.events.length > 0 && page;
  });
  assert.equal(link!.data, "9223372036854775807@order-1");
});

async function isLive({ client }: GroupTestBed): Promise<void> {
  await eventually("the end of the stream", async () => {
    const { status } = await client.getPersistentSubscriptionToStreamInfo("order-1", "group");
    return status === "Live";
  });
}
