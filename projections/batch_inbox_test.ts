import assert from "node:assert/strict";
import type { eventLog, Recorded } from "@headwater/core";
import { BatchInbox } from "./batch_inbox.ts";

function batch(position: number, { events = 1, caughtUp = false } = {}): eventLog.EventBatch {
  return {
    events: Array.from({ length: events }, () => ({ position, id: `${position}` }) as Recorded),
    position,
    mark: { log: "log", position, id: `${position}` },
    caughtUp,
  };
}

/** A subscription that is fed by hand, and tells how much of it was read. */
function feed(batches: readonly eventLog.EventBatch[]) {
  const fed = { read: 0 };
  async function* subscribe(signal: AbortSignal): AsyncGenerator<eventLog.EventBatch> {
    for (const one of batches) {
      fed.read++;
      yield one;
    }
    if (signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => resolve(), { once: true });
    await promise;
  }
  return { fed, subscribe };
}

Deno.test("what has come meanwhile is handed over as one batch", async () => {
  const { subscribe } = feed([batch(3), batch(5, { events: 2 }), batch(9, { caughtUp: true })]);
  await using inbox = new BatchInbox(subscribe);
  await new Promise((resolve) => setTimeout(resolve));
  const taken = await inbox.take({ waitMs: 1_000 });
  assert.ok(taken && taken !== "over");
  assert.deepEqual(taken.events.map(({ position }) => position), [3, 5, 5, 9]);
  assert.deepEqual([taken.position, taken.caughtUp], [9, true]);
});

Deno.test("no more events are taken than were asked for", async () => {
  const { subscribe } = feed([batch(3), batch(5, { events: 2, caughtUp: true })]);
  await using inbox = new BatchInbox(subscribe);
  await new Promise((resolve) => setTimeout(resolve));
  const pieces = [await inbox.take({ waitMs: 0, limit: 2 }), await inbox.take({ waitMs: 0 })];
  const described = pieces.map((piece) =>
    piece && piece !== "over" &&
    [piece.events.length, piece.position, piece.mark?.id, piece.caughtUp]
  );
  assert.deepEqual(described, [[2, 5, "5", false], [1, 5, "5", true]]);
});

Deno.test("nothing comes: undefined after the time given", async () => {
  await using inbox = new BatchInbox(feed([]).subscribe);
  assert.equal(await inbox.take({ waitMs: 1 }), undefined);
});

Deno.test("reading ahead stops when enough lies there, and goes on when it was taken", async () => {
  const { fed, subscribe } = feed(
    Array.from({ length: 10 }, (_, index) => batch(index, { events: 2_000 })),
  );
  await using inbox = new BatchInbox(subscribe);
  for (const position of [1, 3, 5, 7, 9]) {
    await new Promise((resolve) => setTimeout(resolve));
    assert.equal(fed.read, position + 1);
    const taken = await inbox.take({ waitMs: 1_000 });
    assert.ok(taken && taken !== "over");
    assert.equal(taken.position, position);
  }
});

Deno.test("the error of a subscription comes after what it has yielded", async () => {
  await using inbox = new BatchInbox(async function* () {
    yield batch(1);
    await Promise.reject(new Error("The log is away"));
  });
  assert.deepEqual(await inbox.take({ waitMs: 1_000 }), batch(1));
  await assert.rejects(inbox.take({ waitMs: 1_000 }), /The log is away/);
});

Deno.test("a closed inbox is over", async () => {
  await using inbox = new BatchInbox(feed([]).subscribe);
  const taking = inbox.take({ waitMs: 60_000 });
  inbox.close();
  assert.equal(await taking, "over");
});
