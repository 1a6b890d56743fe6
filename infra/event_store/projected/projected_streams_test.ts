import { eventLog } from "@headwater/core";
import { within } from "@headwater/testing";
import assert from "node:assert/strict";
import { BACKWARDS, END } from "@eventstore/db-client";
import fc from "fast-check";
import { uuidToBytes } from "../log/event_id.ts";
import { openSqliteStore, type SqliteStore } from "../log/sqlite_store.ts";
import { jsonMark, type StoredEvent } from "../log/stored_event.ts";
import { softDeletionMetadata } from "../log/stream_metadata.ts";
import {
  allOf,
  errorTypeOf,
  eventStoreTest,
  eventStoreTestBed,
  newEvents,
  revisionsOf,
} from "../testing/event_store_test_bed.ts";
import { EventStore } from "./event_store.ts";
import { projectedLink, type ProjectedName, projectionsOf } from "./projected_stream.ts";

Deno.test({
  name: "more links that are too old than a page holds keep nobody from those after them",
  // The client's library keeps timers beyond its end
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    let now = Date.parse("2024-05-06T07:08:09Z");
    await using bed = await eventStoreTestBed({ now: () => new Date(now) });
    const { client } = bed;
    await client.appendToStream("order-1", newEvents(600));
    await client.setStreamMetadata("$ce-order", { maxAge: 90 });
    const read = () => revisionsOf(client.readStream("$ce-order", { maxCount: 600 }));
    now += 60_000;
    await client.appendToStream("order-1", newEvents(2));
    now += 60_000;
    assert.deepEqual(await read(), [600, 601]);
    const backwards = { direction: BACKWARDS, fromRevision: END } as const;
    assert.deepEqual(await revisionsOf(client.readStream("$ce-order", backwards)), [601, 600]);
    const subscription = client.subscribeToStream("$ce-order");
    const { value } = await within("an event", subscription[Symbol.asyncIterator]().next());
    assert.equal(value.event.revision, 600n);
    await subscription.unsubscribe();
    now += 60_000;
    assert.deepEqual(await read(), []);
  },
});

const names = ["x-1", "x-2", "x", "$$x", "-x", "$x-1", "$$x-1", "$$-x", "$$$x-1", "$$", "y-1"];
const written = fc.record({
  stream: fc.constantFrom(...names),
  type: fc.constantFrom("Happened", "$metadata", "$>", "$deleted", "$streamDeleted"),
  data: fc.constantFrom(
    "{}",
    softDeletionMetadata,
    '{"$tb":9e30,"$maxCount":"?"}',
    '{"$tb":"9223372036854775807"}',
    "{",
    "",
  ),
  metadata: fc.oneof(
    fc.constantFrom("", "{", "[1]", '"$correlationId"'),
    fc.constantFrom('"5"', "5", "5.0", "-5", "5e0", "9007199254740993", "1.5", "null", '"ż"', "{}")
      .map((id) => `{"$correlationId":${id}}`),
  ),
  json: fc.constantFrom(jsonMark.none, jsonMark.claimed),
});
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ events: fc.array(written, { minLength: 1, maxLength: 3 }) }),
  },
  { weight: 1, arbitrary: fc.record({ deletes: fc.constantFrom(...names) }) },
);

Deno.test("what is told of links as they arise, and read of them later, follows from the events alone", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      await using sqlite = openSqliteStore({ path: ":memory:" });
      const store = new EventStore(sqlite, { standardProjections: true });
      const told = new Map<string, StoredEvent[]>();
      for (const name of watched) {
        told.set(name, []);
        store.live.watchStream(name, (link) => told.get(name)!.push(link));
      }
      for (const each of steps) await take(sqlite, each);
      const { events } = await store.readAll({ direction: "forwards", from: 0, limit: 1_000 });
      const expected = Map.groupBy(
        events.flatMap((event) => projectionsOf(event).map((projected) => ({ projected, event }))),
        ({ projected: { name } }) => name,
      );
      const range = { direction: "forwards", from: 0, limit: 1_000 } as const;
      for (const name of new Set([...watched, ...expected.keys()])) {
        const links = linksOf(expected.get(name) ?? []);
        const page = await store.readStream(name, range);
        assert.deepEqual(plain(page.events), plain(links), name);
        if (told.has(name)) assert.deepEqual(plain(told.get(name)!), plain(links), name);
      }
    }),
    { numRuns: 150 },
  );
});

const watched = ["$ce-x", "$et-Happened", "$et-$deleted", "$et-$metadata", "$streams", "$bc-5"];

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** Of some streams that are the server's own nothing can be written any more, which is a refusal. */
async function take(store: SqliteStore, step: Step): Promise<void> {
  const expected = "any" as const;
  if ("deletes" in step) {
    const stream = step.deletes;
    const category = eventLog.categoryOf(stream);
    await store.append({ stream, category, expected, events: [], deletes: "until-written" });
    return;
  }
  for (const { stream, ...event } of step.events) {
    const id = uuidToBytes(crypto.randomUUID());
    const category = eventLog.categoryOf(stream);
    await store.append({ stream, category, expected, events: [{ ...event, id }] });
  }
}

function linksOf(
  of: readonly { readonly projected: ProjectedName; readonly event: StoredEvent }[],
): readonly StoredEvent[] {
  return of.map(({ projected, event }, revision) =>
    projectedLink(event, { ...projected, revision })
  );
}

/** Without what a link carries of its event, whose id is text or bytes. */
function plain(links: readonly StoredEvent[]): readonly object[] {
  return links.map(({ position, stream, revision, id, type, data, metadata }) => ({
    position,
    stream,
    revision,
    id,
    type,
    data,
    metadata,
  }));
}

Deno.test("indexes of earlier releases, which linked other events, give way", async () => {
  await using sqlite = openSqliteStore({ path: ":memory:" });
  sqlite.database.exec(`
    create index events_by_type on events (type) where type <> '$>';
    create index events_first on events (position) where revision = 0;
  `);
  const store = new EventStore(sqlite, { standardProjections: true });
  await store.appendInternal("$x-1", [{ type: "Happened", data: "{}" }]);
  await store.appendInternal("x-1", [{ type: "Happened", data: "{}" }]);
  for (const name of ["$et-Happened", "$streams"]) {
    const page = await store.readStream(name, { direction: "forwards", from: 0, limit: 9 });
    assert.deepEqual(page.events.map(({ data }) => data), ["0@x-1"], name);
  }
  const indexes = sqlite.database.prepare("select name from sqlite_schema where type = 'index'")
    .all().map(({ name }) => name);
  assert.ok(!indexes.includes("events_by_type") && !indexes.includes("events_first"), `${indexes}`);
});

eventStoreTest("deletions are found by category and by type", async ({ client }) => {
  const links = async (name: string) =>
    (await allOf(client.readStream(name, { resolveLinkTos: true }))).map(({ event, link }) => [
      Number(link!.revision),
      new TextDecoder().decode(link!.data as Uint8Array),
      event && `${event.type} ${event.streamId}`,
    ]);
  await client.appendToStream("x-1", newEvents(1));
  await client.deleteStream("x-1");
  await client.appendToStream("x-2", newEvents(1));
  assert.deepEqual(await links("$ce-x"), [
    [0, "0@x-1", undefined],
    [1, "0@$$x-1", "$metadata $$x-1"],
    [2, "0@x-2", "Happened x-2"],
  ]);
  await client.tombstoneStream("x-2");
  assert.deepEqual((await links("$ce-x")).at(-1), [3, "9223372036854775807@x-2", undefined]);
  assert.deepEqual(await links("$et-$deleted"), [
    [0, "0@x-1", undefined],
    [1, "9223372036854775807@x-2", undefined],
  ]);
});

eventStoreTest(
  "projected streams have the metadata that the original gives them",
  async ({ client }) => {
    const acl = { readRoles: "$all", metaReadRoles: "$all" };
    await assert.rejects(allOf(client.readStream("$$$ce-x")), { type: "stream-not-found" });
    const told = client.subscribeToStream("$$$ce-x")[Symbol.asyncIterator]();
    const first = within("the metadata", told.next());
    await client.appendToStream("x-1", newEvents(2));
    assert.equal((await first).value.event.type, "$metadata");
    await told.return?.();
    for (const name of ["$ce-x", "$et-Happened", "$streams", "$category-x"]) {
      const { metadata } = await client.getStreamMetadata(name);
      assert.deepEqual(metadata, { acl }, name);
      assert.deepEqual(await revisionsOf(client.readStream(`$$${name}`)), [0]);
      assert.deepEqual(await revisionsOf(client.readStream(`$$${name}`, { fromRevision: 1n })), []);
    }
    assert.equal(await errorTypeOf(allOf(client.readStream("$$$ce-none"))), "stream-not-found");
    await client.setStreamMetadata("$ce-x", { maxCount: 1 });
    assert.deepEqual((await client.getStreamMetadata("$ce-x")).metadata, { maxCount: 1 });
    assert.deepEqual(await revisionsOf(client.readStream("$ce-x")), [1]);
  },
);
