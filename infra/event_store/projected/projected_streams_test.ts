import { within } from "@headwater/testing";
import assert from "node:assert/strict";
import { BACKWARDS, END } from "@eventstore/db-client";
import { eventStoreTestBed, newEvents, revisionsOf } from "../testing/event_store_test_bed.ts";

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
