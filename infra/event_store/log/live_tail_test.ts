import assert from "node:assert/strict";
import { LiveTail } from "./live_tail.ts";
import { jsonMark, type StoredEvent } from "./stored_event.ts";

Deno.test("events are kept in memory while somebody follows them, and only then", () => {
  const tail = new LiveTail({ position: 0, id: new Uint8Array(16) });
  tail.add(events(1, 3));
  assert.equal(tail.head, 3);
  assert.equal(tail.pageAfter(0, undefined), undefined);

  let moves = 0;
  const stop = tail.onMove(() => moves++);
  const stopOther = tail.onMove(() => {});
  tail.add(events(4, 2));
  assert.equal(moves, 1);
  assert.equal(tail.pageAfter(2, undefined), undefined);
  assert.deepEqual(positionsAfter(tail, 3), [4, 5]);
  stop();
  assert.deepEqual(positionsAfter(tail, 4), [5]);
  stopOther();
  assert.equal(tail.pageAfter(4, undefined), undefined);

  tail.add(events(6, 1));
  tail.onMove(() => {});
  tail.add(events(7, 1));
  assert.equal(tail.pageAfter(5, undefined), undefined);
  assert.deepEqual(positionsAfter(tail, 6), [7]);
});

function positionsAfter(tail: LiveTail, after: number): readonly number[] | undefined {
  return tail.pageAfter(after, undefined)?.events.map(({ position }) => position);
}

function events(first: number, count: number): readonly StoredEvent[] {
  return Array.from({ length: count }, (_, index) => ({
    position: first + index,
    stream: "order-1",
    revision: first + index - 1,
    id: new Uint8Array(16),
    type: "Happened",
    recordedAt: 0,
    data: "{}",
    metadata: "{}",
    json: jsonMark.own,
  }));
}
