import assert from "node:assert/strict";
import type { EventStoreDBClient } from "@eventstore/db-client";
import { contentText } from "../log/stored_event.ts";
import { eventually } from "@headwater/testing";
import { type GroupTestBed, groupTestBed, settings, typesOf } from "../testing/group_test_bed.ts";

const stream = "order-1";
const group = "billing";
const parkedStream = `$persistentsubscription-${stream}::${group}-parked`;

Deno.test("A parked message is a link in a stream of the group's, with the reason", async () => {
  await using bed = await parkedBed("A");
  const { events: [link] } = await readParked(bed);
  assert.equal(link!.type, "$>");
  assert.equal(contentText(link!.data), `0@${stream}`);
  const { added, ...metadata } = JSON.parse(contentText(link!.metadata));
  assert.ok(Date.parse(added) > 0);
  assert.deepEqual(metadata, {
    reason: "Client explicitly NAK'ed message.\nfor a reason",
    subscriptionEventNumber: 0,
  });
});

Deno.test("Parked messages come back as links when they are replayed, and are parked no more", async () => {
  await using bed = await parkedBed("A", "B", "C");
  await using consumer = bed.consume(group, { stream });
  await bed.client.replayParkedMessagesToStream(stream, group);
  const replayed = await consumer.take(3);
  assert.deepEqual(typesOf(replayed), ["A", "B", "C"]);
  assert.deepEqual(replayed.map(({ link }) => link?.streamId), Array(3).fill(parkedStream));
  assert.equal(await parkedCount(bed.client), 0n);
  await consumer.ack(replayed);
  await eventually("the truncation", async () => (await readParked(bed)).events.length === 0);
  assert.deepEqual(await bed.store.metadataOf(parkedStream), { $tb: 3 });
});

Deno.test("A replay stops where it is told to, and the next one goes on from there", async () => {
  await using bed = await parkedBed("A", "B", "C");
  await using consumer = bed.consume(group, { stream });
  await bed.client.replayParkedMessagesToStream(stream, group, { stopAt: 2 });
  assert.deepEqual(typesOf(await consumer.take(2)), ["A", "B"]);
  assert.equal(await parkedCount(bed.client), 1n);
  await bed.client.replayParkedMessagesToStream(stream, group);
  assert.deepEqual(typesOf(await consumer.take(1)), ["C"]);
});

Deno.test("A replayed message that nobody has acknowledged stays parked if the group starts anew", async () => {
  await using bed = await parkedBed("A", "B");
  await using first = bed.consume(group, { stream });
  await bed.client.replayParkedMessagesToStream(stream, group);
  const [a] = await first.take(2);
  await first.ack([a!]);
  await eventually("the truncation", async () => (await readParked(bed)).events.length === 1);
  await bed.client.restartPersistentSubscriptionSubsystem();
  assert.equal(await parkedCount(bed.client), 1n);
});

Deno.test("A replayed message can be parked again", async () => {
  await using bed = await parkedBed("A");
  await using consumer = bed.consume(group, { stream });
  await bed.client.replayParkedMessagesToStream(stream, group);
  await consumer.nack("park", await consumer.take(1));
  await eventually("the parked message", async () => await parkedCount(bed.client) === 1n);
  const { events } = await readParked(bed);
  assert.equal(contentText(events.at(-1)!.data), `0@${stream}`);
});

Deno.test("A message that was sent in vain too often is parked", async () => {
  await using bed = await groupTestBed();
  await bed.append(stream, "A");
  const changes = settings({ maxRetryCount: 2, messageTimeout: 20 });
  await bed.client.createPersistentSubscriptionToStream(stream, group, changes);
  await using consumer = bed.consume(group, { stream });
  await consumer.take(3);
  await eventually("the parked message", async () => await parkedCount(bed.client) === 1n);
  const { events: [link] } = await readParked(bed);
  assert.equal(JSON.parse(contentText(link!.metadata)).reason, "Reached retry count of 2");
  assert.equal(consumer.received.length, 3);
});

Deno.test("Replaying more than a group may hold at a time brings all of it", async () => {
  await using bed = await groupTestBed();
  const types = Array.from({ length: 60 }, (_, n) => `E${n}`);
  await bed.append(stream, ...types);
  const small = settings({ historyBufferSize: 6, readBatchSize: 3 });
  await bed.client.createPersistentSubscriptionToStream(stream, group, small);
  await using consumer = bed.consume(group, { stream, bufferSize: 4 });
  for (const _ of types) await consumer.nack("park", await consumer.take(1));
  await eventually("parking", async () => await parkedCount(bed.client) === 60n);
  await bed.client.replayParkedMessagesToStream(stream, group);
  for (const type of types) {
    const message = await consumer.take(1);
    assert.deepEqual(typesOf(message), [type]);
    await consumer.ack(message);
  }
});

/** A group with these events of its stream parked. */
async function parkedBed(...types: string[]): Promise<GroupTestBed> {
  const bed = await groupTestBed();
  await bed.append(stream, ...types);
  await bed.client.createPersistentSubscriptionToStream(stream, group, settings());
  await using consumer = bed.consume(group, { stream });
  await consumer.nack("park", await consumer.take(types.length));
  const count = BigInt(types.length);
  await eventually("parking", async () => await parkedCount(bed.client) === count);
  return bed;
}

async function parkedCount(client: EventStoreDBClient): Promise<bigint> {
  const info = await client.getPersistentSubscriptionToStreamInfo(stream, group);
  return info.stats.parkedMessageCount;
}

function readParked({ store }: GroupTestBed) {
  return store.readStream(parkedStream, { direction: "forwards", from: 0, limit: 100 });
}
