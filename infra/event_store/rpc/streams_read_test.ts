import assert from "node:assert/strict";
import { BACKWARDS, END, jsonEvent, NO_STREAM, START } from "@eventstore/db-client";
import { eventLog } from "@headwater/core";
import {
  allOf,
  errorTypeOf,
  eventStoreTest,
  newEvents,
  revisionsOf,
} from "../testing/event_store_test_bed.ts";

function range(from: number, to: number): number[] {
  const step = from <= to ? 1 : -1;
  return Array.from({ length: Math.abs(to - from) + 1 }, (_, index) => from + index * step);
}

eventStoreTest("a stream is read in both directions from anywhere", async ({ client }) => {
  for (let batch = 0; batch < 3; batch++) await client.appendToStream("a-1", newEvents(400));
  const revisions = (options: object) => revisionsOf(client.readStream("a-1", options));
  assert.deepEqual(await revisions({}), range(0, 1199));
  assert.deepEqual(await revisions({ fromRevision: 5n, maxCount: 3 }), [5, 6, 7]);
  assert.deepEqual(await revisions({ fromRevision: 1199n }), [1199]);
  assert.deepEqual(await revisions({ fromRevision: 1200n }), []);
  assert.deepEqual(await revisions({ fromRevision: END }), []);
  assert.deepEqual(await revisions({ direction: BACKWARDS, fromRevision: END }), range(1199, 0));
  assert.deepEqual(
    await revisions({ direction: BACKWARDS, fromRevision: 2n, maxCount: 10 }),
    [2, 1, 0],
  );
  assert.deepEqual(
    await revisions({ direction: BACKWARDS, fromRevision: 5_000n, maxCount: 2 }),
    [1199, 1198],
  );
  assert.deepEqual(await revisions({ direction: BACKWARDS, fromRevision: START }), [0]);
});

eventStoreTest("a stream that does not exist is not found", async ({ client }) => {
  for (const direction of ["forwards", BACKWARDS] as const) {
    const read = client.readStream("ż-1", { direction, fromRevision: START });
    assert.equal(await errorTypeOf(allOf(read)), "stream-not-found");
  }
});

eventStoreTest(
  "the log's identity is an event that only who looks for it comes by",
  async (bed) => {
    const { client } = bed;
    await client.appendToStream("a-1", newEvents(1));
    const { stream, type } = eventLog.identityEvent;
    const [identity, ...others] = await allOf(client.readStream(stream));
    assert.deepEqual([identity?.event?.type, identity?.event?.revision, others], [type, 0n, []]);
    for (const direction of ["forwards", BACKWARDS] as const) {
      const fromPosition = direction === BACKWARDS ? END : START;
      const events = await allOf(client.readAll({ direction, fromPosition }));
      assert.equal(events.length, 2);
      assert.ok(events.every(({ event }) => event?.id !== identity?.event?.id));
    }
    for (const projected of ["$streams", `$et-${type}`, `$ce-${stream}`]) {
      const links = await allOf(client.readStream(projected)).catch(() => []);
      assert.ok(!JSON.stringify(links.map(({ link }) => link?.data)).includes(stream), projected);
    }
    const appending = client.appendToStream(stream, newEvents(1), { expectedRevision: NO_STREAM });
    assert.equal(await errorTypeOf(appending), "wrong-expected-version");
  },
);

eventStoreTest("a fresh log begins with a system event", async ({ client }) => {
  const events = await allOf(client.readAll());
  assert.deepEqual(events.map(({ event }) => [event!.streamId, event!.type]), [
    ["$$$scavenges", "$metadata"],
  ]);
});

eventStoreTest(
  "all events are read from any position: forwards with the one there, backwards without it",
  async ({ client }) => {
    await client.appendToStream("a-1", newEvents(300));
    await client.appendToStream("b-1", newEvents(300));
    const positions = async (options: object) =>
      (await allOf(client.readAll(options))).map(({ event }) => Number(event!.position!.commit));
    assert.deepEqual(await positions({}), range(1, 601));
    const at = { commit: 100n, prepare: 100n };
    assert.deepEqual(await positions({ fromPosition: at, maxCount: 2 }), [100, 101]);
    assert.deepEqual(
      await positions({ fromPosition: at, direction: BACKWARDS, maxCount: 2 }),
      [99, 98],
    );
    assert.deepEqual(await positions({ fromPosition: END, direction: BACKWARDS }), range(601, 1));
    const start = { commit: 0n, prepare: 0n };
    assert.deepEqual(await positions({ fromPosition: start, maxCount: 1 }), [1]);
    assert.deepEqual(await positions({ fromPosition: start, direction: BACKWARDS }), []);
    const beyond = { commit: 9_000n, prepare: 9_000n };
    assert.deepEqual(await positions({ fromPosition: beyond }), []);
    assert.deepEqual(await positions({ fromPosition: END }), []);
  },
);

eventStoreTest("a position between two events is invalid", async ({ client }) => {
  await client.appendToStream("a-1", newEvents(5));
  await assert.rejects(
    allOf(client.readAll({ fromPosition: { commit: 3n, prepare: 2n } })),
    /Unexpected ReadAllResult: InvalidPosition/,
  );
});

eventStoreTest("the read of a stream without a name is an error", async ({ client }) => {
  await assert.rejects(allOf(client.readStream("")), /Exception was thrown by handler/);
});

eventStoreTest(
  "links lead to their events, or nowhere, or are events like others",
  async ({ client }) => {
    await client.appendToStream("a-1", newEvents(3));
    await client.appendToStream("gone-1", newEvents(1));
    await client.tombstoneStream("gone-1");
    const links = ["1@a-1", "7@a-1", "0@gone-1", "0@none", "x@a-1", "2@with@at"];
    await client.appendToStream("with@at", newEvents(3));
    await client.appendToStream(
      "links-1",
      links.map((data) => ({
        ...jsonEvent({ type: "$>", data: {} }),
        contentType: "application/octet-stream" as const,
        data: new TextEncoder().encode(data) as never,
      })),
    );
    const resolved = await allOf(client.readStream("links-1", { resolveLinkTos: true }));
    assert.deepEqual(
      resolved.map(({ event, link }) => [
        event && `${event.revision}@${event.streamId}`,
        link && Number(link.revision),
      ]),
      [
        ["1@a-1", 0],
        [undefined, 1],
        [undefined, 2],
        [undefined, 3],
        ["4@links-1", undefined],
        ["2@with@at", 5],
      ],
    );
    assert.deepEqual(
      resolved.map(({ commitPosition }) => Number(commitPosition)),
      range(Number(resolved[0]!.commitPosition), Number(resolved[0]!.commitPosition) + 5),
    );
    const plain = await allOf(client.readStream("links-1"));
    assert.ok(plain.every(({ event, link }) => event!.type === "$>" && !link));
  },
);

eventStoreTest(
  "the streams of the standard projections are read and resolved as if they were written",
  async ({ client }) => {
    await client.appendToStream("order-1", newEvents(300, "Placed"));
    await client.appendToStream("order", newEvents(2, "Placed"));
    await client.appendToStream("stock-1", newEvents(3, "Placed"));
    await client.appendToStream("order-2", newEvents(400, "Paid"));
    const category = await allOf(client.readStream("$ce-order"));
    assert.equal(category.length, 700);
    assert.deepEqual(category.map(({ event }) => Number(event!.revision)), range(0, 699));
    assert.ok(
      category.every(({ event }) => event!.type === "$>" && event!.streamId === "$ce-order"),
    );
    const ofType = await allOf(client.readStream("$et-Placed", { resolveLinkTos: true }));
    assert.equal(ofType.length, 305);
    assert.ok(ofType.every(({ event, link }) => event!.type === "Placed" && link));
    const backwards = await allOf(
      client.readStream("$ce-order", {
        direction: BACKWARDS,
        fromRevision: END,
        resolveLinkTos: true,
      }),
    );
    assert.deepEqual(backwards.map(({ link }) => Number(link!.revision)), range(699, 0));
    assert.deepEqual(
      backwards.slice(0, 2).map(({ event }) => `${event!.revision}@${event!.streamId}`),
      ["399@order-2", "398@order-2"],
    );
    assert.deepEqual(
      await revisionsOf(client.readStream("$ce-order", { fromRevision: 600n, maxCount: 2 })),
      [600, 601],
    );
    assert.equal((await allOf(client.readStream("$streams"))).length, 4);
    assert.equal(await errorTypeOf(allOf(client.readStream("$ce-none"))), "stream-not-found");
    const ids = new Set(category.map(({ event }) => event!.id));
    assert.equal(ids.size, 700);
    const all = await allOf(client.readAll());
    assert.ok(all.every(({ event }) => event!.type !== "$>"));
  },
);
