import assert from "node:assert/strict";
import { within } from "@headwater/testing";
import postgres from "postgres";
import { copyRows } from "./copy_rows.ts";
import { startCopyServer } from "./testing/copy_server.ts";

for (
  const [when, refusesAt] of [
    ["before its lines are there", "begin"],
    ["after all of its lines", "end"],
  ] as const
) {
  Deno.test(`a COPY that is refused ${when} rejects, and the next query is answered`, async () => {
    await using server = startCopyServer({ refusesAt });
    // deno-lint-ignore headwater/postgres -- the library itself is tried, and no server
    const sql = postgres(server.url, {
      max: 1,
      fetch_types: false,
      prepare: false,
    });
    try {
      const lines = new TextEncoder().encode("a\tb\n");
      await assert.rejects(within("its end", copyRows(sql, { target: '"t" ("a")', lines })), {
        code: "22P02",
      });
      await within("the next answer", sql.unsafe("select").simple());
      await within("a COPY that is taken", copyRows(sql, { target: '"t" ("a")', lines }));
      assert.equal(server.copied(), "a\tb\n");
    } finally {
      await sql.end();
    }
  });
}
