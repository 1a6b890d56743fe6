import assert from "node:assert/strict";
import {
  END,
  PersistentSubscriptionDoesNotExistError,
  PersistentSubscriptionDroppedError,
  PersistentSubscriptionExistsError,
  PersistentSubscriptionFailedError,
  persistentSubscriptionToAllSettingsFromDefaults,
  persistentSubscriptionToStreamSettingsFromDefaults,
  PINNED,
} from "@eventstore/db-client";
import { eventually } from "@headwater/testing";
import { contentText } from "../log/stored_event.ts";
import { groupTestBed, settings, typesOf } from "../testing/group_test_bed.ts";

const stream = "order-1";

Deno.test("A group is created once", async () => {
  await using bed = await groupTestBed();
  const { client } = bed;
  await client.createPersistentSubscriptionToStream(stream, "group", settings());
  await assert.rejects(
    client.createPersistentSubscriptionToStream(stream, "group", settings()),
    (error) =>
      error instanceof PersistentSubscriptionExistsError && error.streamName === stream &&
      error.groupName === "group",
  );
  await client.createPersistentSubscriptionToStream("order-2", "group", settings());
});

Deno.test("A group cannot have settings that make no sense, nor $all as its stream", async () => {
  await using bed = await groupTestBed();
  const { client } = bed;
  const wrong = settings({ readBatchSize: 20, historyBufferSize: 20 });
  await assert.rejects(
    client.createPersistentSubscriptionToStream(stream, "group", wrong),
    (error) => error instanceof PersistentSubscriptionFailedError && error.reason !== "",
  );
  for (const name of ["$all", ""]) {
    await assert.rejects(
      client.createPersistentSubscriptionToStream(name, "group", settings()),
      PersistentSubscriptionFailedError,
    );
  }
  assert.deepEqual(await client.listAllPersistentSubscriptions(), []);
});

Deno.test("Clients are told the settings as they were given", async () => {
  await using bed = await groupTestBed();
  const { client } = bed;
  const chosen = persistentSubscriptionToStreamSettingsFromDefaults({
    startFrom: 123n,
    messageTimeout: 1234,
    maxRetryCount: 3,
    checkPointAfter: 4321,
    checkPointLowerBound: 12,
    maxSubscriberCount: 200,
    resolveLinkTos: true,
    consumerStrategyName: PINNED,
  });
  await client.createPersistentSubscriptionToStream(stream, "group", chosen);
  const info = await client.getPersistentSubscriptionToStreamInfo(stream, "group");
  assert.deepEqual(info.settings, chosen);
  assert.deepEqual([info.eventSource, info.groupName], [stream, "group"]);
  assert.deepEqual(info.connections, []);
  assert.equal(info.stats.lastKnownEventRevision, undefined);
  assert.equal(info.stats.lastCheckpointedEventRevision, undefined);
  const all = persistentSubscriptionToAllSettingsFromDefaults({ startFrom: END });
  await client.createPersistentSubscriptionToAll("group", all);
  const ofAll = await client.getPersistentSubscriptionToAllInfo("group");
  assert.deepEqual(ofAll.settings, all);
  await eventually("the end", async () => {
    return (await client.getPersistentSubscriptionToAllInfo("group")).status === "Live";
  });
});

Deno.test("Clients are told how far a group is, and who is connected", async () => {
  await using bed = await groupTestBed();
  const { client } = bed;
  await bed.append(stream, "A", "B");
  const measured = settings({ extraStatistics: true });
  await client.createPersistentSubscriptionToStream(stream, "group", measured);
  await using consumer = bed.consume("group", { stream, bufferSize: 5 });
  await consumer.ack((await consumer.take(2)).slice(0, 1));
  const info = await eventually("the checkpoint", async () => {
    const info = await client.getPersistentSubscriptionToStreamInfo(stream, "group");
    return info.stats.lastCheckpointedEventRevision === 0n && info;
  });
  assert.equal(info.stats.lastKnownEventRevision, 1n);
  assert.equal(info.stats.totalItems, 2n);
  assert.equal(info.stats.outstandingMessagesCount, 1);
  const [connection] = info.connections;
  assert.equal(connection!.connectionName, client.connectionName);
  assert.equal(connection!.username, "system");
  assert.match(connection!.from, /^127\.0\.0\.1:\d+$/);
  assert.deepEqual([connection!.inFlightMessages, connection!.availableSlots], [1, 4]);
  assert.equal(connection!.extraStatistics?.has("quintile 3"), true);
  assert.equal(connection!.extraStatistics?.size, 14);
});

Deno.test("Groups are listed, all or those of a source", async () => {
  await using bed = await groupTestBed();
  const { client } = bed;
  assert.deepEqual(await client.listAllPersistentSubscriptions(), []);
  await client.createPersistentSubscriptionToStream(stream, "one", settings());
  await client.createPersistentSubscriptionToStream(stream, "two", settings());
  await client.createPersistentSubscriptionToAll(
    "three",
    persistentSubscriptionToAllSettingsFromDefaults(),
  );
  const names = (groups: readonly { groupName: string }[]) => groups.map((each) => each.groupName);
  assert.deepEqual(names(await client.listAllPersistentSubscriptions()), ["one", "two", "three"]);
  assert.deepEqual(names(await client.listPersistentSubscriptionsToStream(stream)), ["one", "two"]);
  assert.deepEqual(names(await client.listPersistentSubscriptionsToAll()), ["three"]);
  await assert.rejects(
    client.listPersistentSubscriptionsToStream("unknown"),
    PersistentSubscriptionDoesNotExistError,
  );
});

Deno.test("Nothing can be done with a group that does not exist", async () => {
  await using bed = await groupTestBed();
  const { client } = bed;
  const all = persistentSubscriptionToAllSettingsFromDefaults();
  for (
    const attempt of [
      () => client.updatePersistentSubscriptionToStream(stream, "none", settings()),
      () => client.updatePersistentSubscriptionToAll("none", all),
      () => client.deletePersistentSubscriptionToStream(stream, "none"),
      () => client.deletePersistentSubscriptionToAll("none"),
      () => client.getPersistentSubscriptionToStreamInfo(stream, "none"),
      () => client.getPersistentSubscriptionToAllInfo("none"),
      () => client.replayParkedMessagesToStream(stream, "none"),
      () => client.replayParkedMessagesToAll("none"),
    ]
  ) await assert.rejects(attempt, PersistentSubscriptionDoesNotExistError);
});

Deno.test("An update drops the clients, and the group goes on from its checkpoint", async () => {
  await using bed = await groupTestBed();
  const { client } = bed;
  await bed.append(stream, "A", "B");
  await client.createPersistentSubscriptionToStream(stream, "group", settings());
  await using first = bed.consume("group", { stream, bufferSize: 1 });
  await first.ack(await first.take(1));
  await first.take(1);
  await eventually("the checkpoint", async () => {
    const { stats } = await client.getPersistentSubscriptionToStreamInfo(stream, "group");
    return stats.lastCheckpointedEventRevision === 0n;
  });
  const changed = settings({ maxRetryCount: 7 });
  await client.updatePersistentSubscriptionToStream(stream, "group", changed);
  assert.ok(await first.ended instanceof PersistentSubscriptionDroppedError);
  const info = await client.getPersistentSubscriptionToStreamInfo(stream, "group");
  assert.equal(info.settings.maxRetryCount, 7);
  await using second = bed.consume("group", { stream });
  assert.deepEqual(typesOf(await second.take(1)), ["B"]);
});

Deno.test("A group that is deleted and created again knows nothing of what was", async () => {
  await using bed = await groupTestBed();
  const { client } = bed;
  await bed.append(stream, "A", "B");
  for (const round of [1, 2, 3]) {
    await client.createPersistentSubscriptionToStream(stream, "group", settings());
    await using consumer = bed.consume("group", { stream });
    const [a, b] = await consumer.take(2);
    assert.deepEqual(typesOf([a!, b!]), ["A", "B"], `round ${round}`);
    await consumer.nack("park", [a!]);
    await consumer.ack([b!]);
    await eventually("the checkpoint", async () => {
      const { stats } = await client.getPersistentSubscriptionToStreamInfo(stream, "group");
      return stats.lastCheckpointedEventRevision === 1n && stats.parkedMessageCount === 1n;
    });
    await client.deletePersistentSubscriptionToStream(stream, "group");
    assert.ok(await consumer.ended instanceof PersistentSubscriptionDroppedError);
  }
});

Deno.test("Only two checkpoints of a group can be read", async () => {
  await using bed = await groupTestBed();
  await bed.append(stream, ..."ABCDE");
  await bed.client.createPersistentSubscriptionToStream(stream, "group", settings());
  await using consumer = bed.consume("group", { stream, bufferSize: 1 });
  const name = `$persistentsubscription-${stream}::group-checkpoint`;
  const range = { direction: "forwards", from: 0, limit: 10 } as const;
  for (let n = 0; n < 5; n++) {
    await consumer.ack(await consumer.take(1));
    await eventually("the checkpoint", async () => {
      const { events } = await bed.store.readStream(name, range);
      return events.at(-1)?.data === `"${n}"`;
    });
  }
  await eventually("the limit", async () => {
    const { events } = await bed.store.readStream(name, range);
    return events.map(({ data }) => contentText(data)).join() === `"3","4"`;
  });
  assert.deepEqual(await bed.store.metadataOf(name), { $maxCount: 2 });
});

Deno.test("Restarting the subsystem drops clients and keeps the groups", async () => {
  await using bed = await groupTestBed();
  const { client } = bed;
  await client.createPersistentSubscriptionToStream(stream, "group", settings());
  await using first = bed.consume("group", { stream });
  await first.confirmed;
  await client.restartPersistentSubscriptionSubsystem();
  assert.ok(await first.ended instanceof PersistentSubscriptionDroppedError);
  await using second = bed.consume("group", { stream });
  await bed.append(stream, "A");
  assert.deepEqual(typesOf(await second.take(1)), ["A"]);
});
