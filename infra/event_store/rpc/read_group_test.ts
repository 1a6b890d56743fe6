import { within } from "@headwater/testing";
import assert from "node:assert/strict";
import {
  DISPATCH_TO_SINGLE,
  jsonEvent,
  PersistentSubscriptionDoesNotExistError,
  PersistentSubscriptionMaximumSubscribersReachedError,
  PINNED,
  ROUND_ROBIN,
} from "@eventstore/db-client";
import { Client, credentials, type ServiceError } from "@grpc/grpc-js";
import persistent from "@eventstore/db-client/generated/persistent_pb.js";
import shared from "@eventstore/db-client/generated/shared_pb.js";
import { Buffer } from "node:buffer";
import { same, until } from "../testing/grpc_test_bed.ts";
import { groupTestBed, settings, typesOf } from "../testing/group_test_bed.ts";

const stream = "order-1";

Deno.test("A consumer gets the events of a stream, and what is written later", async () => {
  await using bed = await groupTestBed();
  await bed.append(stream, "Placed", "Paid");
  await bed.client.createPersistentSubscriptionToStream(stream, "billing", settings());
  await using consumer = bed.consume("billing", { stream });
  const first = await consumer.take(2);
  assert.deepEqual(typesOf(first), ["Placed", "Paid"]);
  assert.deepEqual(first.map(({ event }) => event?.revision), [0n, 1n]);
  await bed.append(stream, "Shipped");
  assert.deepEqual(typesOf(await consumer.take(1)), ["Shipped"]);
  assert.equal(consumer.subscription.id, "order-1::billing");
});

Deno.test("A group begins where it is told to", async () => {
  await using bed = await groupTestBed();
  const { client } = bed;
  await bed.append(stream, "A", "B", "C");
  await client.createPersistentSubscriptionToStream(stream, "third", settings({ startFrom: 2n }));
  await client.createPersistentSubscriptionToStream(stream, "new", settings({ startFrom: "end" }));
  await using third = bed.consume("third", { stream });
  await using fresh = bed.consume("new", { stream });
  assert.deepEqual(typesOf(await third.take(1)), ["C"]);
  await bed.append(stream, "D");
  assert.deepEqual(typesOf(await third.take(1)), ["D"]);
  assert.deepEqual(typesOf(await fresh.take(1)), ["D"]);
});

Deno.test("A group waits for a stream that is not there yet", async () => {
  await using bed = await groupTestBed();
  await bed.client.createPersistentSubscriptionToStream(stream, "early", settings());
  await using consumer = bed.consume("early", { stream });
  await consumer.confirmed;
  await bed.append(stream, "First");
  assert.deepEqual(typesOf(await consumer.take(1)), ["First"]);
});

Deno.test("A client gets no more than it asked for until it acknowledges", async () => {
  await using bed = await groupTestBed();
  await bed.append(stream, ..."ABCDE");
  await bed.client.createPersistentSubscriptionToStream(stream, "group", settings());
  await using consumer = bed.consume("group", { stream, bufferSize: 2 });
  const first = await consumer.take(2);
  const info = await bed.client.getPersistentSubscriptionToStreamInfo(stream, "group");
  assert.equal(info.stats.totalInFlightMessages, 2);
  assert.equal(info.stats.readBufferCount, 3);
  await consumer.ack(first);
  assert.deepEqual(typesOf(await consumer.take(2)), ["C", "D"]);
});

Deno.test("More events come through than a group may hold at a time", async () => {
  await using bed = await groupTestBed();
  const small = settings({ historyBufferSize: 10, readBatchSize: 4, liveBufferSize: 10 });
  await bed.client.createPersistentSubscriptionToStream(stream, "small", small);
  await bed.append(stream, ...Array.from({ length: 300 }, (_, n) => `E${n}`));
  await using consumer = bed.consume("small", { stream, bufferSize: 3 });
  for (let n = 0; n < 600; n++) {
    if (n === 100) {
      await bed.append(
        stream,
        ...Array.from({ length: 300 }, (_, m) => `E${300 + m}`),
      );
    }
    const [message] = await consumer.take(1);
    assert.deepEqual(typesOf([message!]), [`E${n}`]);
    await consumer.ack([message!]);
  }
});

Deno.test("Messages come again, counted, when a client asks for it", async () => {
  await using bed = await groupTestBed();
  await bed.append(stream, "A", "B");
  await bed.client.createPersistentSubscriptionToStream(stream, "group", settings());
  await using consumer = bed.consume("group", { stream, bufferSize: 1 });
  const first = await consumer.take(1);
  assert.equal(first[0]!.retryCount, 0);
  await consumer.nack("retry", first);
  const again = await consumer.take(1);
  assert.deepEqual(typesOf(again), ["A"]);
  assert.equal(again[0]!.retryCount, 1);
  await consumer.nack("skip", again);
  const next = await consumer.take(1);
  assert.deepEqual(typesOf(next), ["B"]);
  await consumer.nack("stop", next);
  await bed.append(stream, "C");
  assert.deepEqual(typesOf(await consumer.take(1)), ["C"]);
});

Deno.test("Messages that are not acknowledged in time come again", async () => {
  await using bed = await groupTestBed();
  await bed.append(stream, "A");
  const impatient = settings({ messageTimeout: 20 });
  await bed.client.createPersistentSubscriptionToStream(stream, "impatient", impatient);
  await using consumer = bed.consume("impatient", { stream });
  assert.deepEqual((await consumer.take(3)).map(({ retryCount }) => retryCount), [0, 1, 2]);
});

Deno.test("What a client that went away has not acknowledged goes to others", async () => {
  await using bed = await groupTestBed();
  await bed.append(stream, "A", "B", "C");
  await bed.client.createPersistentSubscriptionToStream(stream, "group", settings());
  const first = bed.consume("group", { stream });
  const [a] = await first.take(3);
  await first.ack([a!]);
  await using second = bed.consume("group", { stream });
  await second.confirmed;
  await first.subscription.unsubscribe();
  const taken = await second.take(2);
  assert.deepEqual(typesOf(taken), ["B", "C"]);
  assert.deepEqual(taken.map(({ retryCount }) => retryCount), [1, 1]);
});

Deno.test("Consumers share the events, as the strategy of their group says", async () => {
  await using bed = await groupTestBed();
  const { client } = bed;
  const expected = { [ROUND_ROBIN]: [3, 3], [DISPATCH_TO_SINGLE]: [5, 1] };
  for (const [consumerStrategyName, counts] of Object.entries(expected)) {
    const source = `source-${consumerStrategyName}`;
    const group = settings({ consumerStrategyName });
    await client.createPersistentSubscriptionToStream(source, "group", group);
    await using first = bed.consume("group", { stream: source, bufferSize: 5 });
    await first.confirmed;
    await using second = bed.consume("group", { stream: source, bufferSize: 5 });
    await second.confirmed;
    await bed.append(source, ..."ABCDEF");
    assert.equal((await first.take(counts[0]!)).length, counts[0]);
    assert.equal((await second.take(counts[1]!)).length, counts[1]);
  }
});

Deno.test("Events of one stream go to one consumer of a pinned group, by links too", async () => {
  await using bed = await groupTestBed();
  const pinned = settings({ consumerStrategyName: PINNED, resolveLinkTos: true });
  await bed.client.createPersistentSubscriptionToStream("$ce-cart", "pinned", pinned);
  await using first = bed.consume("pinned", { stream: "$ce-cart", bufferSize: 100 });
  await using second = bed.consume("pinned", { stream: "$ce-cart", bufferSize: 100 });
  await Promise.all([first.confirmed, second.confirmed]);
  for (let n = 0; n < 40; n++) await bed.append(`cart-${n % 10}`, "Filled");
  await until(() => first.received.length + second.received.length === 40);
  const streams = [first, second].map(({ received }) =>
    new Set(received.map(({ event }) => event!.streamId))
  );
  assert.equal(streams[0]!.size + streams[1]!.size, 10);
});

Deno.test("Links are followed where the group says so, and acknowledged by the link", async () => {
  await using bed = await groupTestBed();
  await bed.append("target", "Happened");
  const link = jsonEvent({ type: "$>", data: {} });
  await bed.store.appendInternal("links", [
    { id: link.id, type: "$>", data: "0@target", isJson: false },
    { type: "$>", data: "7@nowhere", isJson: false },
  ]);
  const { client } = bed;
  const follows = settings({ resolveLinkTos: true });
  await client.createPersistentSubscriptionToStream("links", "follows", follows);
  await client.createPersistentSubscriptionToStream("links", "does-not", settings());
  await using consumer = bed.consume("follows", { stream: "links", bufferSize: 1 });
  const [resolved] = await consumer.take(1);
  assert.equal(resolved!.event?.streamId, "target");
  assert.equal(resolved!.link?.id, link.id);
  await consumer.ack([resolved!]);
  const [lost] = await consumer.take(1);
  assert.equal(lost!.event, undefined);
  assert.equal(lost!.link?.revision, 1n);
  await using other = bed.consume("does-not", { stream: "links" });
  const [unresolved] = await other.take(1);
  assert.equal(unresolved!.event?.id, link.id);
  assert.equal(unresolved!.link, undefined);
});

Deno.test("A client is told when there is no such group, or no room in it", async () => {
  await using bed = await groupTestBed();
  await using stranger = bed.consume("unknown", { stream: "zamówienie-1" });
  const unknown = await stranger.ended;
  assert.ok(unknown instanceof PersistentSubscriptionDoesNotExistError);
  assert.equal(unknown.groupName, "unknown");
  const single = settings({ maxSubscriberCount: 1 });
  await bed.client.createPersistentSubscriptionToStream(stream, "single", single);
  await using first = bed.consume("single", { stream });
  await first.confirmed;
  await using second = bed.consume("single", { stream });
  const full = await second.ended;
  assert.ok(full instanceof PersistentSubscriptionMaximumSubscribersReachedError);
  assert.deepEqual([full.streamName, full.groupName], [stream, "single"]);
});

Deno.test("A client that does not begin with its options, or says them twice, is refused", async () => {
  await using bed = await groupTestBed();
  await bed.client.createPersistentSubscriptionToStream(stream, "group", settings());
  const options = new persistent.ReadReq.Options().setGroupName("group").setBufferSize(1);
  const name = new TextEncoder().encode(stream);
  options.setStreamIdentifier(new shared.StreamIdentifier().setStreamName(name));
  const connect = new persistent.ReadReq().setOptions(options).serializeBinary();
  const ack = new persistent.ReadReq().setAck(new persistent.ReadReq.Ack()).serializeBinary();
  const refused = [[ack], [connect, connect], [Uint8Array.of(0xff)], []];
  for (const requests of refused) assert.equal(await codeOf(bed.port, requests), 3);
});

/** The status of a call with these requests. */
async function codeOf(port: number, requests: readonly Uint8Array[]): Promise<number | undefined> {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const path = "/event_store.client.persistent_subscriptions.PersistentSubscriptions/Read";
  const call = client.makeBidiStreamRequest<Buffer, Buffer>(path, same, same);
  const ended = Promise.withResolvers<ServiceError>();
  call.on("error", ended.resolve).resume();
  for (const request of requests) call.write(Buffer.from(request));
  if (requests.length === 0) call.end();
  const { code } = await within("the call to fail", ended.promise);
  client.close();
  return code;
}
