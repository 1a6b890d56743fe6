import assert from "node:assert/strict";
import { placeIn } from "./instance_cursor.ts";
import { listAct } from "./list_act.ts";

function taken(after: string): boolean {
  return listAct.args.safeParse({ process: "p", limit: 5, after }).success;
}

Deno.test("a page of instances goes on where a page has said so", () => {
  const times = [
    "2026-11-28 07:23:29.83+00",
    "2024-02-29 00:00:00-03:30",
    "2026-11-28T07:23:29.830Z",
  ];
  for (const at of times) {
    const cursor = JSON.stringify([at, "fulfilment", 'a"b']);
    assert.deepEqual(placeIn(cursor), [at, "fulfilment", 'a"b']);
    assert.ok(taken(cursor), at);
  }
});

Deno.test("what is no cursor is a fault of whoever asks, and reaches no database", () => {
  const at = "2026-11-28 07:23:29.83+00";
  const others = [
    ...["", "junk", "null", "{}", "[]", '"x"', "[1,2,3]", '["a","b","c"]'],
    ...[[at, "p"], [at, "p", "i", "more"], [at, 1, "i"], [at, "p\0", "i"], [at, "p", "\0"]]
      .map((each) => JSON.stringify(each)),
    ...["infinity", "2026-02-30 00:00:00+00", "2026-13-01 00:00:00+00", "0000-01-01 00:00:00+00"]
      .map((time) => JSON.stringify([time, "p", "i"])),
    ...["2026-11-28 24:00:00+00", "2026-11-28 07:23:60+00", "2026-11-28 07:23:29+99"]
      .map((time) => JSON.stringify([time, "p", "i"])),
    JSON.stringify([at, "p", "i".repeat(6_000)]),
  ];
  for (const other of others) assert.equal(taken(other), false, other.slice(0, 80));
});
