import assert from "node:assert/strict";
import { BACKWARDS, END, jsonEvent, NO_STREAM, STREAM_EXISTS } from "@eventstore/db-client";
import {
  allOf,
  errorTypeOf,
  eventStoreTest,
  eventStoreTestBed,
  newEvents,
  revisionsOf,
} from "../testing/event_store_test_bed.ts";

eventStoreTest("metadata decides at once what of a stream can be read", async ({ client }) => {
  await client.appendToStream("a-1", newEvents(10));
  const revisions = () => revisionsOf(client.readStream("a-1"));
  await client.setStreamMetadata("a-1", { maxCount: 3 });
  assert.deepEqual(await revisions(), [7, 8, 9]);
  await client.setStreamMetadata("a-1", { truncateBefore: 5, own: { key: 1 } });
  assert.deepEqual(await revisions(), [5, 6, 7, 8, 9]);
  assert.deepEqual(
    await revisionsOf(client.readStream("a-1", { direction: BACKWARDS, fromRevision: 6n })),
    [6, 5],
  );
  assert.deepEqual((await client.getStreamMetadata("a-1")).metadata, {
    truncateBefore: 5,
    own: { key: 1 },
  });
  await client.setStreamMetadata("a-1", { truncateBefore: 100 });
  assert.deepEqual(await revisions(), []);
  await client.setStreamMetadata("a-1", {});
  assert.equal((await revisions()).length, 10);
  await client.appendToStream("a-1", newEvents(1), { expectedRevision: 9n });
});

eventStoreTest(
  "metadata may be written as an event, and malformed metadata is none",
  async ({ client }) => {
    await client.appendToStream("a-1", newEvents(4));
    const write = (data: unknown) =>
      client.appendToStream("$$a-1", jsonEvent({ type: "$metadata", data: data as never }));
    await write({ $maxCount: 2 });
    assert.deepEqual(await revisionsOf(client.readStream("a-1")), [2, 3]);
    for (const malformed of [{ $maxCount: 0 }, { $maxCount: "2" }, ["$maxCount"], { $tb: -1 }]) {
      await write(malformed);
      assert.equal((await allOf(client.readStream("a-1"))).length, 4, JSON.stringify(malformed));
    }
    assert.equal((await allOf(client.readStream("$$a-1"))).length, 1);
  },
);

Deno.test({
  name: "events that are too old cannot be read",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    let now = Date.parse("2024-05-06T07:08:09Z");
    await using bed = await eventStoreTestBed({ now: () => new Date(now) });
    await bed.client.appendToStream("a-1", newEvents(2));
    now += 60_000;
    await bed.client.appendToStream("a-1", newEvents(2));
    await bed.client.setStreamMetadata("a-1", { maxAge: 90 });
    assert.deepEqual(await revisionsOf(bed.client.readStream("a-1")), [0, 1, 2, 3]);
    now += 60_000;
    assert.deepEqual(await revisionsOf(bed.client.readStream("a-1")), [2, 3]);
    assert.deepEqual(
      await revisionsOf(bed.client.readStream("a-1", { direction: BACKWARDS, fromRevision: END })),
      [3, 2],
    );
    now += 3_600_000;
    assert.deepEqual(await revisionsOf(bed.client.readStream("a-1")), []);
  },
});

Deno.test({
  name: "after the clock was put back, each event is as old as its own time says",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    let now = Date.parse("2024-05-06T07:08:09Z");
    await using bed = await eventStoreTestBed({ now: () => new Date(now) });
    await bed.client.appendToStream("a-1", newEvents(2));
    now -= 3_600_000;
    await bed.client.appendToStream("a-1", newEvents(300));
    now += 3_500_000;
    await bed.client.appendToStream("a-1", newEvents(2));
    await bed.client.setStreamMetadata("a-1", { maxAge: 90 });
    await bed.client.setStreamMetadata("$ce-a", { maxAge: 90 });
    const kept = [0, 1, 302, 303];
    for (const name of ["a-1", "$ce-a"]) {
      assert.deepEqual(await revisionsOf(bed.client.readStream(name)), kept, name);
      const backwards = { direction: BACKWARDS, fromRevision: END } as const;
      const read = bed.client.readStream(name, backwards);
      assert.deepEqual(await revisionsOf(read), kept.toReversed(), name);
    }
    now -= 7_200_000;
    assert.equal((await revisionsOf(bed.client.readStream("a-1"))).length, 304);
  },
});

eventStoreTest("a deleted stream is gone until somebody writes to it", async ({ client }) => {
  await client.appendToStream("a-1", newEvents(2));
  await client.setStreamMetadata("a-1", { maxCount: 9 });
  await client.deleteStream("a-1");
  await client.deleteStream("a-1");
  assert.equal(await errorTypeOf(allOf(client.readStream("a-1"))), "stream-not-found");
  const exists = client.appendToStream("a-1", newEvents(1), { expectedRevision: STREAM_EXISTS });
  assert.equal(await errorTypeOf(exists), "stream-deleted");
  assert.equal(
    (await allOf(client.readAll())).filter(({ event }) => event!.streamId === "a-1").length,
    2,
  );

  const { nextExpectedRevision } = await client.appendToStream("a-1", newEvents(2), {
    expectedRevision: NO_STREAM,
  });
  assert.equal(nextExpectedRevision, 3n);
  assert.deepEqual(await revisionsOf(client.readStream("a-1")), [2, 3]);
  assert.deepEqual((await client.getStreamMetadata("a-1")).metadata, { truncateBefore: 2 });
});

eventStoreTest(
  "metadata written to a deleted stream revives it, and keeps what it says",
  async ({ client }) => {
    await client.appendToStream("a-1", newEvents(2));
    await client.deleteStream("a-1");
    await client.setStreamMetadata("a-1", { maxCount: 5 });
    assert.deepEqual(await revisionsOf(client.readStream("a-1")), []);
    assert.deepEqual((await client.getStreamMetadata("a-1")).metadata, {
      maxCount: 5,
      truncateBefore: 2,
    });
  },
);

eventStoreTest("a deletion expects as an append does", async ({ client }) => {
  for (const expectedRevision of ["any", NO_STREAM, 0n] as const) {
    const deletion = client.deleteStream("none-1", { expectedRevision });
    assert.equal(await errorTypeOf(deletion), "wrong-expected-version", String(expectedRevision));
  }
  await assert.rejects(client.deleteStream("none-1"), {
    expectedVersion: -2n,
    actualVersion: -1n,
  });
  await client.appendToStream("ł-1", newEvents(2));
  const stale = client.deleteStream("ł-1", { expectedRevision: 0n });
  assert.equal(await errorTypeOf(stale), "wrong-expected-version");
  await client.deleteStream("ł-1", { expectedRevision: 1n });
  await client.setStreamMetadata("meta-1", { maxCount: 5 });
  await client.appendToStream("meta-2", newEvents(1));
  await client.deleteStream("meta-1");
});

eventStoreTest("a tombstone ends a stream for ever", async ({ client }) => {
  await client.appendToStream("a-1", newEvents(2));
  await client.setStreamMetadata("a-1", { maxCount: 5 });
  await client.tombstoneStream("a-1");
  await client.tombstoneStream("never-1", { expectedRevision: NO_STREAM });
  for (const stream of ["a-1", "never-1"]) {
    const failures = [
      client.appendToStream(stream, newEvents(1)),
      client.tombstoneStream(stream),
      client.deleteStream(stream),
      allOf(client.readStream(stream)),
      allOf(client.readStream(`$$${stream}`)),
    ];
    assert.deepEqual(
      await Promise.all(failures.map(errorTypeOf)),
      failures.map(() => "stream-deleted"),
      stream,
    );
  }
  const tombstones = (await allOf(client.readAll()))
    .filter(({ event }) => event!.type === "$streamDeleted");
  assert.deepEqual(
    tombstones.map(({ event }) => [event!.streamId, event!.revision]),
    [["a-1", 2n ** 63n - 1n], ["never-1", 2n ** 63n - 1n]],
  );
});

eventStoreTest(
  "with a stream that is deleted for ever its metadata is",
  async ({ client }) => {
    await client.appendToStream("a-1", newEvents(1));
    await client.setStreamMetadata("a-1", { maxCount: 5 });
    await client.deleteStream("a-1");
    await client.tombstoneStream("a-1");
    await client.tombstoneStream("never-1");
    const failures = ["a-1", "never-1"].flatMap((stream) => [
      client.setStreamMetadata(stream, { maxCount: 6 }, { expectedRevision: 1n }),
      client.setStreamMetadata(stream, { maxCount: 7 }),
      client.setStreamMetadata(`$$${stream}`, { maxCount: 8 }),
      client.deleteStream(`$$${stream}`),
      client.tombstoneStream(`$$${stream}`),
      allOf(client.readStream(`$$${stream}`)),
    ]);
    assert.deepEqual(
      await Promise.all(failures.map(errorTypeOf)),
      failures.map(() => "stream-deleted"),
    );
  },
);

eventStoreTest(
  "neither its own metadata nor its deletion hides a stream's metadata",
  async ({ client }) => {
    const metadata = async () => (await client.getStreamMetadata("a-1")).metadata;
    await client.appendToStream("a-1", newEvents(9));
    for (const truncateBefore of [1, 2]) await client.setStreamMetadata("a-1", { truncateBefore });
    await client.setStreamMetadata("$$a-1", { truncateBefore: 9, maxAge: 1 });
    assert.deepEqual(await metadata(), { truncateBefore: 2 });
    await client.deleteStream("$$a-1");
    assert.deepEqual(await metadata(), { truncateBefore: 2 });
    await client.setStreamMetadata("a-1", { truncateBefore: 3 }, { expectedRevision: 1n });
    assert.deepEqual(await revisionsOf(client.readStream("$$a-1")), [2]);
    assert.equal((await allOf(client.readStream("a-1"))).length, 6);
  },
);

eventStoreTest(
  "a stream whose metadata is deleted for ever has none",
  async ({ client }) => {
    await client.appendToStream("a-1", newEvents(3));
    await client.setStreamMetadata("a-1", { maxCount: 1 });
    await client.tombstoneStream("$$a-1");
    assert.deepEqual(await revisionsOf(client.readStream("a-1")), [0, 1, 2]);
    const failures = [client.deleteStream("a-1"), client.setStreamMetadata("a-1", { maxCount: 1 })];
    assert.deepEqual(
      await Promise.all(failures.map(errorTypeOf)),
      ["stream-deleted", "stream-deleted"],
    );
    await client.tombstoneStream("a-1");
  },
);
