import assert from "node:assert/strict";
import {
  PersistentSubscriptionFailedError,
  persistentSubscriptionToAllSettingsFromDefaults,
  streamNameFilter,
} from "@eventstore/db-client";
import { eventually } from "@headwater/testing";
import { groupTestBed, typesOf } from "../testing/group_test_bed.ts";

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
