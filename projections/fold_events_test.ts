import assert from "node:assert/strict";
import { column, defineEvents, type Recorded, Unavailable, type View, view } from "@headwater/core";
import { z } from "zod";
import { eventFolder } from "./fold_events.ts";
import { ParkedKeys } from "./parked_keys.ts";
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
  { view = countView, parked = new ParkedKeys(), refused }: {
    readonly view?: View;
    readonly parked?: ParkedKeys;
    readonly refused?: { readonly position: number; readonly cause: string };
  } = {},
) {
  const changes = new RowChanges({ remembers: true });
  const read: string[] = [];
  const { count, failure } = await eventFolder(view)(events, {
    ...{ changes, parked, refused },
    read(keys) {
      read.push(...keys);
      return Promise.resolve(new Map(Object.entries(table)));
    },
  });
  const letters = parked.outstanding.map(({ byStream, key, class: kind, cause, recorded }) =>
    `${recorded.position} ${byStream ? "of stream" : "of"} ${key}, ${kind}: ${cause.slice(0, 33)}`
  );
  return { count, cause: failure?.cause, read, letters, ...changes.outstanding() };
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
    letters: [],
  });
});

Deno.test("a row that evolves into nothing is removed", async () => {
  const { written, removed } = await fold({}, [event("count-a", 1), event("count-a")]);
  assert.deepEqual([written, removed], [[], ["count-a"]]);
});

Deno.test("what evolve throws on is parked under its key, with all that comes after it; others go on", async () => {
  position = 0;
  const { written, letters, count } = await fold({}, [
    event("count-a", 1),
    event("count-b", 13),
    event("count-a", 2),
    event("count-b", 1),
    event("count-b"),
    event("count-none", 13),
  ]);
  assert.equal(count, 6);
  assert.deepEqual(written, [{ id: "count-a", total: 3 }]);
  assert.deepEqual(letters, [
    "2 of count-b, threw: 13 is not liked",
    '4 of count-b, behind: An earlier event of key "count-b"',
    '5 of count-b, behind: An earlier event of key "count-b"',
  ]);
});

Deno.test("what cannot be read is parked under its key, where that can be told all the same", async () => {
  position = 0;
  const { written, letters } = await fold({}, [
    event("count-a", 1),
    event("count-a", "many"),
    event("count-a", 2),
  ]);
  assert.deepEqual(written, [{ id: "count-a", total: 1 }]);
  assert.deepEqual(letters, [
    '2 of count-a, unreadable: Cannot read event 0 of stream "co',
    '3 of count-a, behind: An earlier event of key "count-a"',
  ]);
});

const sharedView = view({
  name: "shared",
  version: 1,
  columns: { id: column.text(), total: column.integer() },
  primaryKey: "id",
  reads: countView.reads,
  key: ({ data }) => "by" in data && data.by > 0 ? `over-${data.by.toFixed()}` : undefined,
  evolve: (row, { data }) => ({
    id: "by" in data ? `over-${data.by}` : "",
    total: (row?.total ?? 0) + 1,
  }),
});

Deno.test("else under its stream, with all that may concern the same row", async () => {
  position = 0;
  const changes = new RowChanges();
  const parked = new ParkedKeys();
  const fold = eventFolder(sharedView);
  await fold([event("count-a", 1)], { changes, parked });
  await fold([
    event("count-a", "many"),
    event("count-a", 1),
    event("count-b", 1),
    event("count-b", 2),
    event("count-a", -1),
  ], { changes, parked });
  assert.deepEqual(changes.outstanding().written, [
    { id: "over-1", total: 1 },
    { id: "over-2", total: 1 },
  ]);
  const letters = parked.outstanding.map(({ byStream, key, recorded }) => [
    recorded.position,
    byStream,
    key,
  ]);
  assert.deepEqual(letters, [[2, true, "count-a"], [3, false, "over-1"], [4, false, "over-1"]]);
});

Deno.test("an event whose row was refused is parked, and not folded again", async () => {
  position = 0;
  const refused = { position: 1, cause: "too long" };
  const { written, letters } = await fold({}, [event("count-a", 1), event("count-b", 1)], {
    refused,
  });
  assert.deepEqual(written, [{ id: "count-b", total: 1 }]);
  assert.deepEqual(letters, ["1 of count-a, refused: too long"]);
});

Deno.test("a fold stops before the event for which there is no place among the parked keys", async () => {
  position = 0;
  const folded = await fold({}, [
    event("count-a", 13),
    event("count-a", 13),
    event("count-c", 1),
    event("count-b", 13),
    event("count-c", 1),
  ], { parked: new ParkedKeys(1) });
  assert.equal(folded.count, 3);
  assert.equal(
    folded.cause,
    'Cannot apply event 0 ("Added") of stream "count-b" to "counts": 13 is not liked; there are 1 parked key, and no more may be',
  );
  assert.deepEqual(folded.written, [{ id: "count-c", total: 1 }]);
  assert.equal(folded.letters.length, 2);
});

Deno.test("a machine that is away is nothing that an event is parked for", async () => {
  const view = {
    ...countView,
    evolve() {
      throw new Unavailable("Cannot ask: it is away");
    },
  };
  const options = { changes: new RowChanges(), parked: new ParkedKeys() };
  await assert.rejects(eventFolder(view)([event("count-a", 1)], options), Unavailable);
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
  const folded = await fold({ all }, [event("count-a", 1), event("count-b", 2)], {
    view: allView,
  });
  assert.deepEqual(folded, {
    count: 2,
    cause: undefined,
    read: ["count-a", "all", "count-b"],
    written: [{ id: "count-a", total: 1 }, { id: "all", total: 13 }, { id: "count-b", total: 2 }],
    removed: [],
    replaced: [all],
    letters: [],
  });
});

Deno.test("an event that one of its rows cannot take has its effect on the others", async () => {
  position = 0;
  const folded = await fold({}, [event("count-a", 1), event("count-a", 13), event("count-b", 1)], {
    view: allView,
  });
  assert.equal(folded.count, 3);
  assert.deepEqual(folded.written, [
    { id: "count-a", total: 14 },
    { id: "all", total: 1 },
    { id: "count-b", total: 1 },
  ]);
  assert.deepEqual(folded.letters, [
    "2 of all, threw: 13 is not liked",
    '3 of all, behind: An earlier event of key "all" is ',
  ]);
});

Deno.test("what was replaced is what the table has, however often a row changed since", async () => {
  const a = { id: "count-a", total: 5 };
  const changes = new RowChanges({ remembers: true });
  const parked = new ParkedKeys();
  changes.hold(["count-a"], new Map([["count-a", a]]));
  await eventFolder(countView)([event("count-a", 1), event("count-a"), event("count-a", 2)], {
    ...{ changes, parked },
  });
  const written = [{ id: "count-a", total: 2 }];
  assert.deepEqual(changes.outstanding(), { written, removed: [], replaced: [a] });
  changes.settle();
  await eventFolder(countView)([event("count-a")], { changes, parked });
  assert.deepEqual(changes.outstanding(), {
    written: [],
    removed: ["count-a"],
    replaced: written,
  });
});
