import assert from "node:assert/strict";
import { column, defineEvents, type Recorded, type View, view } from "@headwater/core";
import { z } from "zod";
import { eventFolder } from "./fold_events.ts";
import { type Row, RowChanges } from "./row_changes.ts";

const countView = view({
  name: "counts",
  version: 1,
  table: "count",
  columns: { id: column.text(), total: column.integer() },
  primaryKey: "id",
  reads: [defineEvents("count", { Added: z.object({ by: z.int() }), Reset: z.object({}) })],
  key: ({ stream }) => stream === "count-none" ? undefined : stream,
  evolve(row, { type, stream, data }) {
    if (type === "Reset") return undefined;
    const { by } = data;
    if (by === 13) throw new Error("13 is not liked");
    return by === 0 ? row : { id: stream, total: (row?.total ?? 0) + by };
  },
});

let position = 0;
function event(stream: string, by?: unknown): Recorded {
  const type = by === undefined ? "Reset" : "Added";
  const data = by === undefined ? {} : { by };
  const metadata = { schemaVersion: 1 };
  return { type, data, stream, metadata, revision: 0, position: ++position } as unknown as Recorded;
}

/** Folds over what a table holds; tells what was read and what is to be written. */
async function fold(
  table: Readonly<Record<string, Row>>,
  events: readonly Recorded[],
  view: View = countView,
) {
  const changes = new RowChanges({ remembers: true });
  const read: string[] = [];
  const { count, failure } = await eventFolder(view)(events, {
    changes,
    read(keys) {
      read.push(...keys);
      return Promise.resolve(new Map(Object.entries(table)));
    },
  });
  return { count, cause: failure?.cause, read, ...changes.outstanding() };
}

Deno.test("rows are read once, and written when they changed", async () => {
  const folded = await fold({ "count-a": { id: "count-a", total: 5 } }, [
    event("count-a", 1),
    event("count-b", 2),
    event("count-a", 3),
    event("count-c", 0),
    event("count-none", 4),
    event("stranger-a", 4),
  ]);
  assert.deepEqual(folded, {
    count: 6,
    cause: undefined,
    read: ["count-a", "count-b", "count-c"],
    written: [{ id: "count-a", total: 9 }, { id: "count-b", total: 2 }],
    removed: [],
    replaced: [{ id: "count-a", total: 5 }],
  });
});

Deno.test("a row that evolves into nothing is removed", async () => {
  const { written, removed } = await fold({}, [event("count-a", 1), event("count-a")]);
  assert.deepEqual([written, removed], [[], ["count-a"]]);
});

Deno.test("a fold stops before the event that fails", async () => {
  const folded = await fold({}, [
    event("count-a", 1),
    event("count-b", 13),
    event("count-a", "many"),
  ]);
  assert.equal(folded.count, 1);
  assert.equal(
    folded.cause,
    'Cannot apply event 0 ("Added") of stream "count-b" to "counts": 13 is not liked',
  );
  assert.deepEqual(folded.written, [{ id: "count-a", total: 1 }]);
});

Deno.test("what is stored and does not fit stops it as well", async () => {
  const folded = await fold({}, [event("count-a", 1), event("count-a", "many")]);
  assert.equal(folded.count, 1);
  assert.match(folded.cause ?? "", /^Cannot apply event 0 .*: Cannot read event 0 of stream/);
});

/** Every event concerns its own stream, and the one that all are counted in. */
const allView = view({
  name: "all-counts",
  version: 1,
  table: "count",
  columns: { id: column.text(), total: column.integer() },
  primaryKey: "id",
  reads: countView.reads,
  key: ({ stream }) => [stream, "all", stream],
  evolve(row, { data }, id) {
    const { by = 0 } = data as { by?: number };
    if (by === 13 && id === "all") throw new Error("13 is not liked");
    return { id, total: (row?.total ?? 0) + by };
  },
});

Deno.test("an event has its effect once on every row that it concerns", async () => {
  const all = { id: "all", total: 10 };
  const folded = await fold({ all }, [event("count-a", 1), event("count-b", 2)], allView);
  assert.deepEqual(folded, {
    count: 2,
    cause: undefined,
    read: ["count-a", "all", "count-b"],
    written: [{ id: "count-a", total: 1 }, { id: "all", total: 13 }, { id: "count-b", total: 2 }],
    removed: [],
    replaced: [all],
  });
});

Deno.test("an event that one of its rows cannot take has no effect on the others", async () => {
  const folded = await fold({}, [event("count-a", 1), event("count-a", 13)], allView);
  assert.equal(folded.count, 1);
  assert.deepEqual(folded.written, [{ id: "count-a", total: 1 }, { id: "all", total: 1 }]);
});

Deno.test("what was replaced is what the table has, however often a row changed since", async () => {
  const a = { id: "count-a", total: 5 };
  const changes = new RowChanges({ remembers: true });
  changes.hold(["count-a"], new Map([["count-a", a]]));
  await eventFolder(countView)([event("count-a", 1), event("count-a"), event("count-a", 2)], {
    changes,
  });
  const written = [{ id: "count-a", total: 2 }];
  assert.deepEqual(changes.outstanding(), { written, removed: [], replaced: [a] });
  changes.settle();
  await eventFolder(countView)([event("count-a")], { changes });
  assert.deepEqual(changes.outstanding(), {
    written: [],
    removed: ["count-a"],
    replaced: written,
  });
});
