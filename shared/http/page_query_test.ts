import { field } from "@headwater/core";
import assert from "node:assert/strict";
import { z } from "zod";
import { pageQuery } from "./page_query.ts";

const listing = pageQuery({ customerId: field.id, status: z.enum(["open", "closed"]) });

function faultIn(query: Readonly<Record<string, string>>): readonly PropertyKey[] | undefined {
  return listing.safeParse(query).error?.issues.flatMap((issue) =>
    issue.code === "unrecognized_keys" ? issue.keys : issue.path
  );
}

Deno.test("a listing's query says what it is filtered by, and which page is asked for", () => {
  assert.deepEqual(listing.parse({}), { where: {}, limit: 50, before: undefined });
  assert.deepEqual(listing.parse({ status: "open", limit: "2", cursor: "17" }), {
    where: { status: "open" },
    limit: 2,
    before: 17,
  });
});

Deno.test("a listing's query is refused where a filter, the page or an unknown field is wrong", () => {
  assert.deepEqual(faultIn({ status: "lost" }), ["status"]);
  assert.deepEqual(faultIn({ customerId: "a b" }), ["customerId"]);
  for (const wrong of ["0", "201", "1.5", "many", ""]) {
    assert.deepEqual(faultIn({ limit: wrong }), ["limit"]);
    const { error } = listing.safeParse({ limit: wrong });
    assert.equal(error?.issues[0]?.message, "Must be a whole number from 1 to 200");
  }
  for (const wrong of ["-1", "'", "1".repeat(16)]) {
    assert.deepEqual(faultIn({ cursor: wrong }), ["cursor"]);
  }
  assert.deepEqual(faultIn({ sort: "price" }), ["sort"]);
});
