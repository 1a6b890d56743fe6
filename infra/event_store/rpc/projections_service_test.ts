import { within } from "@headwater/testing";
import assert from "node:assert/strict";
import { type EventStoreDBClient, jsonEvent, type JSONEventData } from "@eventstore/db-client";
import {
  allOf,
  errorTypeOf,
  eventStoreTest,
  eventStoreTestBed,
  newEvents,
  revisionsOf,
} from "../testing/event_store_test_bed.ts";

eventStoreTest("the standard projections are listed, running and caught up", async ({ client }) => {
  const { position } = await client.appendToStream("order-1", newEvents(2));
  const listed = await client.listProjections();
  assert.deepEqual(
    listed.map(({ name, projectionStatus, progress }) => [name, projectionStatus, progress]),
    [
      ["$by_category", "Running", 100],
      ["$by_correlation_id", "Running", 100],
      ["$by_event_type", "Running", 100],
      ["$stream_by_category", "Running", 100],
      ["$streams", "Running", 100],
    ],
  );
  const { position: reached } = await client.getProjectionStatus("$by_category");
  assert.equal(reached, `C:${position!.commit}/P:${position!.prepare}`);
  assert.deepEqual(await client.getProjectionState("$streams"), {});
  assert.deepEqual(await client.getProjectionResult("$streams"), {});
  await client.resetProjection("$streams");
  await client.restartSubsystem();
});

eventStoreTest(
  "what is no standard projection is not found, and cannot be made",
  async ({ client }) => {
    for (const act of ["enable", "disable", "abort", "reset", "delete"] as const) {
      assert.equal(await errorTypeOf(client[`${act}Projection`]("orders")), "not-found", act);
    }
    assert.equal(await errorTypeOf(client.getProjectionStatus("orders")), "not-found");
    assert.equal(await errorTypeOf(client.getProjectionState("orders")), "not-found");
    assert.equal(await errorTypeOf(client.updateProjection("orders", "fromAll()")), "not-found");
    assert.match(await messageOf(client.createProjection("orders", "fromAll()")), /UNIMPLEMENTED/);
    assert.match(
      await messageOf(client.updateProjection("$streams", "fromAll()")),
      /UNIMPLEMENTED/,
    );
    assert.match(await messageOf(client.deleteProjection("$streams")), /FAILED_PRECONDITION/);
  },
);

eventStoreTest(
  "a stopped projection adds nothing to its streams until it is started again",
  async ({ client }) => {
    await client.appendToStream("order-1", newEvents(2));
    const heard = client.subscribeToStream("$ce-order");
    const revisions = revisionsFrom(heard);
    assert.deepEqual(await revisions(2), [0, 1]);

    await client.disableProjection("$by_category");
    await client.disableProjection("$by_category");
    await client.appendToStream("order-1", newEvents(300));
    assert.equal((await client.getProjectionStatus("$by_category")).status, "Stopped");
    assert.deepEqual(await revisionsOf(client.readStream("$ce-order")), [0, 1]);
    assert.equal((await allOf(client.readStream("$et-Happened"))).length, 302);

    await client.enableProjection("$by_category");
    await client.appendToStream("order-2", newEvents(1));
    assert.deepEqual(await revisions(301), Array.from({ length: 301 }, (_, index) => index + 2));
    assert.equal((await allOf(client.readStream("$ce-order"))).length, 303);
    await client.abortProjection("$by_category");
    const { status, projectionStatus } = await client.getProjectionStatus("$by_category");
    assert.deepEqual([status, projectionStatus], ["Aborted/Stopped", "Aborted"]);
    await heard.unsubscribe();
  },
);

eventStoreTest("the streams of a category are listed by name in one stream", async ({ client }) => {
  for (const name of ["order-1", "stock-1", "order", "order-2"]) {
    await client.appendToStream(name, newEvents(2));
  }
  const heard = client.subscribeToStream("$category-order");
  const revisions = revisionsFrom(heard);
  assert.deepEqual(await revisions(2), [0, 1]);
  await client.appendToStream("order-3", newEvents(2));
  assert.deepEqual(await revisions(1), [2]);
  const listed = await allOf(client.readStream("$category-order", { resolveLinkTos: true }));
  assert.deepEqual(
    listed.map(({ event, link }) => [event?.type, text(event?.data), link]),
    [["$@", "order-1", undefined], ["$@", "order-2", undefined], ["$@", "order-3", undefined]],
  );
  await heard.unsubscribe();
});

eventStoreTest(
  "what belongs together by its correlation is linked in one stream",
  async ({ client }) => {
    function about(id: unknown, metadata: unknown = { $correlationId: id }): JSONEventData {
      return jsonEvent({
        type: "Happened",
        data: {},
        metadata: metadata as Record<string, unknown>,
      });
    }
    await client.appendToStream("order-1", [about("a"), about("b"), about("a")]);
    await client.appendToStream("junk", [
      about(7.5),
      about(true),
      about("a", ["a"]),
      about("a", { of: { $correlationId: "a" } }),
    ]);
    const heard = client.subscribeToStream("$bc-a");
    const revisions = revisionsFrom(heard);
    assert.deepEqual(await revisions(2), [0, 1]);
    await client.appendToStream("stock-1", [about("b"), about("a")]);
    assert.deepEqual(await revisions(1), [2]);
    const linked = await allOf(client.readStream("$bc-a", { resolveLinkTos: true }));
    assert.deepEqual(
      linked.map(({ event, link }) => [event?.streamId, Number(event?.revision), link?.type]),
      [["order-1", 0, "$>"], ["order-1", 2, "$>"], ["stock-1", 1, "$>"]],
    );
    for (const name of ["$bc-7.5", "$bc-true", "$bc-"]) {
      assert.equal(await errorTypeOf(allOf(client.readStream(name))), "stream-not-found", name);
    }
    await client.appendToStream("junk", [about(5), about("5")]);
    assert.deepEqual(await revisionsOf(client.readStream("$bc-5")), [0, 1]);
    await heard.unsubscribe();
  },
);

Deno.test({
  name: "projections that are not started with the server are as they were left",
  // The client's library keeps timers beyond its end
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const folder = await Deno.makeTempDir();
    const options = { path: `${folder}/events.sqlite`, standardProjections: false };
    {
      await using bed = await eventStoreTestBed(options);
      await bed.client.appendToStream("order-1", newEvents(2));
      assert.deepEqual(await statuses(bed.client), [
        "Stopped",
        "Stopped",
        "Stopped",
        "Stopped",
        "Stopped",
      ]);
      assert.equal(
        await errorTypeOf(allOf(bed.client.readStream("$ce-order"))),
        "stream-not-found",
      );
      await bed.client.enableProjection("$by_category");
      await bed.client.enableProjection("$by_event_type");
      await bed.client.disableProjection("$by_event_type");
      await bed.client.appendToStream("order-1", newEvents(3));
      const elses = jsonEvent({ type: "Nonsense", data: {} });
      await bed.client.appendToStream("$projections-$by_category", elses);
    }
    {
      await using bed = await eventStoreTestBed(options);
      assert.deepEqual(await statuses(bed.client), [
        "Running",
        "Stopped",
        "Stopped",
        "Stopped",
        "Stopped",
      ]);
      assert.equal((await allOf(bed.client.readStream("$ce-order"))).length, 5);
      assert.equal((await allOf(bed.client.readStream("$et-Happened"))).length, 2);
    }
    await using bed = await eventStoreTestBed({ ...options, standardProjections: true });
    assert.equal((await allOf(bed.client.readStream("$et-Happened"))).length, 5);
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test({
  name: "a server may go without the management of projections",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using bed = await eventStoreTestBed({ projections: false });
    assert.match(await messageOf(bed.client.listProjections()), /Service is unimplemented/);
  },
});

async function statuses(client: EventStoreDBClient): Promise<string[]> {
  return (await client.listProjections()).map(({ status }) => status);
}

async function messageOf(promise: Promise<unknown>): Promise<string> {
  return await promise.then(() => "none", (error: Error) => error.message);
}

/** Takes so many more events and gives their revisions. */
function revisionsFrom(
  heard: ReturnType<EventStoreDBClient["subscribeToStream"]>,
): (count: number) => Promise<number[]> {
  const events = heard[Symbol.asyncIterator]();
  return async (count) => {
    const revisions: number[] = [];
    while (revisions.length < count) {
      const { value } = await within("an event", events.next());
      revisions.push(Number(value.event.revision));
    }
    return revisions;
  };
}

function text(data: unknown): string {
  return new TextDecoder().decode(data as Uint8Array);
}
