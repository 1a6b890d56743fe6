import assert from "node:assert/strict";
import { LiveTail } from "./live_tail.ts";
import { jsonMark, type StoredEvent } from "./stored_event.ts";

Deno.test("events are kept in memory while somebody follows them, and only then", () => {
  const tail = new LiveTail({ position: 0, id: new Uint8Array(16) });
  tail.add(events(1, 3));
  assert.equal(tail.head, 3);
  assert.equal(tail.pageAfter(0, undefined), undefined);

  let moves = 0;
  const stop = tail.follow({ categories: undefined, moved: () => moves++ });
  const stopOther = tail.follow({ categories: undefined, moved() {} });
  tail.add(events(4, 2));
  assert.equal(moves, 1);
  assert.equal(tail.pageAfter(2, undefined), undefined);
  assert.deepEqual(positionsAfter(tail, 3), [4, 5]);
  stop();
  assert.deepEqual(positionsAfter(tail, 4), [5]);
  stopOther();
  assert.equal(tail.pageAfter(4, undefined), undefined);

  tail.add(events(6, 1));
  tail.follow({ categories: undefined, moved() {} });
  tail.add(events(7, 1));
  assert.equal(tail.pageAfter(5, undefined), undefined);
  assert.deepEqual(positionsAfter(tail, 6), [7]);
});

Deno.test("a follower is told whether anything came that it wants", () => {
  const tail = new LiveTail({ position: 0, id: new Uint8Array(16) });
  const told = new Map<string, boolean[]>();
  for (const name of ["order", "payment", "all"]) {
    told.set(name, []);
    tail.follow({
      categories: name === "all" ? undefined : new Set([name, "other"]),
      moved: (hasWanted) => told.get(name)!.push(hasWanted),
    });
  }
  tail.add(events(1, 2, "order-1"));
  tail.add([...events(3, 1, "$$order-1"), ...events(4, 1, "shipment-1")]);
  tail.add([...events(5, 1, "order-2"), ...events(6, 1, "other-1")]);
  tail.add(events(7, 1, "$$payment-1"));
  assert.deepEqual(told.get("order"), [true, false, true, false]);
  assert.deepEqual(told.get("payment"), [false, false, true, false]);
  assert.deepEqual(told.get("all"), [true, true, true, false]);
});

function positionsAfter(tail: LiveTail, after: number): readonly number[] | undefined {
  return tail.pageAfter(after, undefined)?.events.map(({ position }) => position);
}

function events(first: number, count: number, stream = "order-1"): readonly StoredEvent[] {
  return Array.from({ length: count }, (_, index) => ({
    position: first + index,
    stream,
    revision: first + index - 1,
    id: new Uint8Array(16),
    type: "Happened",
    recordedAt: 0,
    data: "{}",
    metadata: "{}",
    json: jsonMark.own,
  }));
}
