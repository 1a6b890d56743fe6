import { deepEqual, rejects } from "node:assert/strict";
import { MarkReader } from "./mark_reader.ts";
import { eventAt } from "./marked_event_test_bed.ts";

function markReader({ size, fails = false }: { readonly size: number; readonly fails?: boolean }) {
  const reads: [number, number][] = [];
  const marks = new MarkReader({
    read(request) {
      const options = request.getOptions()!;
      const from = Number(options.getAll()!.getPosition()!.getCommitPosition());
      const count = Number(options.getCount());
      reads.push([from, count]);
      if (fails) return Promise.reject(new Error("Cannot read now"));
      const end = Math.min(size, from + count);
      const length = Math.max(0, end - from);
      const events = Array.from({ length }, (_, index) => eventAt(from + index));
      return Promise.resolve({ events, whole: true });
    },
  });
  function markAt(position: number, events = 1): Promise<unknown> {
    const place = { revision: 0, position };
    return marks.markAt({ stream: `order-${position}`, place, events });
  }
  return { reads, marks, markAt };
}

Deno.test("appends that are answered while a read is under way share the next one", async () => {
  const { reads, markAt } = markReader({ size: 100 });
  const marks = await Promise.all([3, 4, 7, 5, 6].map((position) => markAt(position)));
  deepEqual(marks, ["m3", "m4", "m7", "m5", "m6"]);
  deepEqual(reads, [[3, 1], [4, 1], [5, 3]]);
});

Deno.test("the events of others in between are passed, large appends are read one by one", async () => {
  const { reads, markAt } = markReader({ size: 1_000 });
  const marks = await Promise.all([1, 2, 10, 20, 500].map((position) => markAt(position)));
  deepEqual(marks, ["m1", "m2", "m10", "m20", "m500"]);
  deepEqual(reads, [[1, 1], [2, 1], [10, 3], [20, 2], [500, 1]]);
  const { reads: alone, markAt: ofLarge } = markReader({ size: 1_000 });
  await Promise.all([100, 200, 300, 400].map((position) => ofLarge(position, 100)));
  deepEqual(alone, [[100, 1], [200, 1], [300, 1], [400, 1]]);
});

Deno.test("what is not there, or is another stream's, has no mark", async () => {
  const { marks, markAt } = markReader({ size: 10 });
  deepEqual(await markAt(12), undefined);
  const place = { revision: 0, position: 3 };
  deepEqual(await marks.markAt({ stream: "order-4", place, events: 1 }), undefined);
});

Deno.test("a read that fails fails those that shared it", async () => {
  const { markAt } = markReader({ size: 10, fails: true });
  await Promise.all([1, 2, 3, 4].map((position) => rejects(markAt(position), /read now/)));
});
