import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { partPlaces } from "./part_places.ts";
import { placeOf } from "./place_index.ts";

const part = { lines: new Uint8Array(0), keys: ["a", "b", "c"], position: 7 };
const copied = {
  table: "t",
  key: "k",
  column: "p",
  part,
  last: placeOf("(9,4)"),
  ends: [placeOf("(3,20)"), placeOf("(9,4)")],
};
const places = ["(3,21)", "(10,1)", "(10,2)"];
const behind = [{ keys: "b\x1fc", ctids: "(10,1) (10,2)" }];
const rows = part.keys.map((key, index) => ({ key, ctid: places[index] }));

/** Answers one query after the other, and keeps what it was asked. */
function databaseThat(answers: readonly (readonly object[])[]) {
  const asked: string[] = [];
  const unsafe = (text: string) => Promise.resolve(answers[asked.push(text) - 1]);
  return { asked, sql: { unsafe } as unknown as Sql };
}

Deno.test("rows of a part that stand behind all others are found at once", async () => {
  const { asked, sql } = databaseThat([[{ keys: "c\x1fa\x1fb", ctids: "(9,7) (9,5) (9,6)" }]]);
  assert.deepEqual(await partPlaces(sql, copied), ["(9,5)", "(9,6)", "(9,7)"].map(placeOf));
  assert.equal(asked.length, 1);
});

Deno.test("others are found where an earlier part ended, in the rest of that block", async () => {
  const { asked, sql } = databaseThat([behind, rows]);
  assert.deepEqual(await partPlaces(sql, copied), places.map(placeOf));
  const ranges = asked[1]!.match(/ctid [<>] '[^']*'/g);
  assert.deepEqual(ranges, [
    "ctid > '(9,4)'",
    ...["ctid > '(3,20)'", "ctid < '(4,0)'"],
    ...["ctid > '(9,4)'", "ctid < '(10,0)'"],
  ]);
});

Deno.test("what is not there either is looked for in the whole table, and missed if it is gone", async () => {
  const { sql } = databaseThat([behind, rows.slice(1), rows]);
  assert.deepEqual(await partPlaces(sql, copied), places.map(placeOf));
  const gone = databaseThat([behind, rows.slice(1), rows.slice(1)]);
  await assert.rejects(partPlaces(gone.sql, copied), /rows that were written are gone/);
});
