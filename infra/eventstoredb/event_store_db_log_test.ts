import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import {
  binaryEvent,
  EventStoreDBClient,
  jsonEvent,
  type JSONType,
  NO_STREAM,
} from "@eventstore/db-client";
import { DeadlineExceeded, eventLog, type Recorded, Unavailable } from "@headwater/core";
import { eventually, within } from "@headwater/testing";
import { eventStoreDbLog } from "./event_store_db_log.ts";
import { newEvent } from "@headwater/event-store/testing";
import { startEventStore } from "@headwater/event-store";

async function allOf(pages: AsyncIterable<readonly Recorded[]>): Promise<Recorded[]> {
  return (await Array.fromAsync(pages)).flat();
}

/** A server, logs on it, and the published client as somebody else who uses it. */
async function openBed() {
  const server = await startEventStore({ path: ":memory:", port: 0 });
  const { connectionString } = server;
  const client = EventStoreDBClient.connectionString(connectionString);
  const logs = [eventStoreDbLog({ connectionString }), eventStoreDbLog({ connectionString })];
  return {
    client,
    log: logs[0]!,
    other: logs[1]!,
    async [Symbol.asyncDispose]() {
      await Promise.all(logs.map((log) => log[Symbol.asyncDispose]()));
      await client.dispose();
      // The client itself leaves its connection open.
      const { getChannel } = client as unknown as { getChannel(): Promise<{ close(): void }> };
      (await getChannel()).close();
      await server[Symbol.asyncDispose]();
    },
  };
}

Deno.test("two processes that append the same events at once are told the same places", async () => {
  await using bed = await openBed();
  for (let round = 0; round < 20; round++) {
    const events = [newEvent(), newEvent()];
    const stream = `order-${round}`;
    const answers = await Promise.all(
      [bed.log, bed.other].map((log) => log.append(stream, events, { expected: "no-stream" })),
    );
    const { revision, position } = (await allOf(bed.log.read(stream))).at(-1)!;
    equal(revision, 1);
    deepEqual(answers, [{ revision, position }, { revision, position }]);
  }
});

Deno.test("a stream that was deleted for ever has no events and takes none", async () => {
  await using bed = await openBed();
  await bed.log.append("order-1", [newEvent()], { expected: "no-stream" });
  await bed.client.tombstoneStream("order-1");
  deepEqual(await allOf(bed.log.read("order-1")), []);
  for (const expected of ["no-stream", 0] as const) {
    await rejects(bed.log.append("order-1", [newEvent()], { expected }), eventLog.StreamDeleted);
  }
});

Deno.test("a stream that was deleted begins anew, behind its old revisions", async () => {
  await using bed = await openBed();
  const old = [newEvent(), newEvent()];
  await bed.log.append("order-1", old, { expected: "no-stream" });
  await bed.client.deleteStream("order-1");
  deepEqual(await allOf(bed.log.read("order-1")), []);
  const { revision } = await bed.log.append("order-1", [newEvent()], { expected: "no-stream" });
  equal(revision, 2);
  deepEqual((await allOf(bed.log.read("order-1"))).map(({ revision }) => revision), [2]);
});

Deno.test("a stream whose events are all cut off still ends where it did", async () => {
  await using bed = await openBed();
  await bed.log.append("order-1", [newEvent(), newEvent()], { expected: "no-stream" });
  await bed.client.setStreamMetadata("order-1", { truncateBefore: 2 });
  deepEqual(await allOf(bed.log.read("order-1")), []);
  const append = (expected: number | "no-stream") =>
    bed.log.append("order-1", [newEvent()], { expected });
  await rejects(append("no-stream"), (error) => {
    return error instanceof eventLog.RevisionConflict && error.actual === 1;
  });
  equal((await append(1)).revision, 2);
});

Deno.test("what others wrote is shown as well as it can be, the server's own not at all", async () => {
  await using bed = await openBed();
  await bed.client.setStreamMetadata("order-1", { maxCount: 10 });
  await bed.client.appendToStream("order-1", [
    jsonEvent({ type: "Json", data: { a: 1 } }),
    binaryEvent({ type: "Bytes", data: new Uint8Array([0xff, 0]) }),
    binaryEvent({ type: "$>", data: new TextEncoder().encode("0@order-1") }),
  ]);
  const events = await allOf(bed.log.readAll());
  deepEqual(events.map(({ type, data, metadata }) => [type, data, metadata]), [
    ["Json", { a: 1 }, {}],
    ["Bytes", null, {}],
  ]);
  const [json, binary] = events.map((event) => eventLog.bytesOf(event));
  deepEqual([json, Array.from(binary ?? [])], [undefined, [0xff, 0]]);
  deepEqual(await allOf(bed.log.read("order-1")), events);
  deepEqual(await allOf(bed.log.readAll({ categories: ["order"] })), events);
});

Deno.test("a category is not one whose name begins alike", async () => {
  await using bed = await openBed();
  await bed.log.append("a-b-1", [newEvent()], { expected: "no-stream" });
  await bed.log.append("ab-1", [newEvent()], { expected: "no-stream" });
  deepEqual(await allOf(bed.log.readAll({ categories: ["a-b"] })), []);
  deepEqual((await allOf(bed.log.readAll({ categories: ["a"] }))).map(({ stream }) => stream), [
    "a-b-1",
  ]);
  deepEqual(await allOf(bed.log.readAll({ categories: [] })), []);
});

Deno.test("other clients see the events as they were appended", async () => {
  await using bed = await openBed();
  const event = newEvent();
  await bed.log.append("order-1", [event], { expected: "no-stream" });
  const [seen] = await Array.fromAsync(bed.client.readStream("order-1"));
  const { id, type, data, metadata, isJson } = seen!.event!;
  deepEqual([id, type, data, isJson], [event.id, event.type, event.data, true]);
  deepEqual(metadata, event.metadata);
});

Deno.test("an append of an earlier version, which marked its last event, is known and shown without the mark", async () => {
  await using bed = await openBed();
  const events = [newEvent(), newEvent()];
  const marked = events.map(({ id, type, data, metadata }, index) =>
    jsonEvent({
      id,
      type,
      data: data as JSONType,
      metadata: { ...metadata, ...(index === 1 && { $appendId: "0c4f4a2e-7d3b-4c5d" }) },
    })
  );
  await bed.client.appendToStream("order-1", marked, { expectedRevision: NO_STREAM });
  await bed.log.append("order-1", [newEvent()], { expected: 1 });
  const again = await bed.log.append("order-1", events, { expected: "no-stream" });
  const stored = (await allOf(bed.log.read("order-1"))).slice(0, 2);
  deepEqual(stored.map(({ metadata }) => metadata), events.map(({ metadata }) => metadata));
  deepEqual(again, { revision: 1, position: stored[1]!.position });
});

Deno.test({
  name: "calls to a server that is down are unavailable, the first ones too",
  // The gRPC client leaves a timer of up to a second behind for a connection that it has given up.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using log = eventStoreDbLog({ connectionString: "esdb://127.0.0.1:1?tls=false" });
    await rejects(log.append("order-1", [newEvent()], { expected: "no-stream" }), Unavailable);
    await rejects(log.append("order-1", [newEvent()], { expected: 0 }), Unavailable);
    await rejects(allOf(log.read("order-1")), Unavailable);
    await rejects(allOf(log.readAll()), Unavailable);
    await rejects(log.head(), Unavailable);
  },
});

Deno.test({
  name: "calls to a server that says nothing end at their deadline",
  // As above.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    await using log = eventStoreDbLog({
      connectionString: `esdb://127.0.0.1:${listener.addr.port}?tls=false`,
      deadlineMs: 100,
    });
    await rejects(log.append("order-1", [newEvent()], { expected: 0 }), DeadlineExceeded);
    await rejects(allOf(log.read("order-1")), DeadlineExceeded);
    await rejects(log.head(), DeadlineExceeded);
  },
});

Deno.test({
  name: "health tells of subscriptions that have lost the server, until they have it again",
  // As above.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const server = await startEventStore({ path: ":memory:", port: 0 });
    const { port, connectionString } = server;
    await using log = eventStoreDbLog({ connectionString });
    const stop = new AbortController();
    const check = () => log.check.check(stop.signal);
    const isHealthy = () => check().then(() => true, () => false);
    const following = Array.fromAsync(
      log.subscribe({ categories: ["order", "payment"], signal: stop.signal }),
    );
    await eventually("being live", () => log.subscriptions[0]?.state === "live");
    await check();
    await server[Symbol.asyncDispose]();
    await eventually("knowing that it is gone", async () => !await isHealthy());
    await rejects(check(), /^Error: Reconnecting: order and payment since 20.*UNAVAILABLE/);
    await using _again = await startEventStore({ path: ":memory:", port });
    await eventually("having it again", isHealthy);
    await eventually("being live again", () => log.subscriptions[0]?.state === "live");
    stop.abort();
    await within("the subscription to end", following);
    deepEqual(log.subscriptions, []);
  },
});

Deno.test("a connection string that cannot be read is refused", () => {
  for (const connectionString of ["127.0.0.1:2113", "http://127.0.0.1", "esdb://"]) {
    let refused = false;
    try {
      eventStoreDbLog({ connectionString });
    } catch (error) {
      refused = error instanceof Error;
    }
    ok(refused, connectionString);
  }
});
