import assert from "node:assert/strict";
import { salesCursor, salesQuery } from "./sales_query.ts";

Deno.test("sales are asked for by days and SKU, all of it optional", () => {
  assert.deepEqual(salesQuery.parse({}), { limit: 50 });
  const asked = { from: "2026-01-01", to: "2026-01-01", sku: "TEA", limit: "7" };
  assert.deepEqual(salesQuery.parse(asked), { ...asked, limit: 7 });
});

Deno.test("a cursor leads to where it came from", () => {
  const place = { day: "2026-02-28", sku: "a-b_c.1", currency: "EUR" };
  assert.deepEqual(salesQuery.parse({ cursor: salesCursor(place) }).cursor, place);
});

Deno.test("what is wrong is refused with its name", () => {
  for (
    const [query, path] of [
      [{ from: "2026-02-30" }, "from"],
      [{ from: "yesterday" }, "from"],
      [{ to: "2026-01-01T00:00:00Z" }, "to"],
      [{ from: "2026-01-02", to: "2026-01-01" }, "to"],
      [{ sku: "a b" }, "sku"],
      [{ limit: "0" }, "limit"],
      [{ cursor: "12" }, "cursor"],
      [{ cursor: "2026-01-01~a b~EUR" }, "cursor"],
    ] as const
  ) {
    const { error } = salesQuery.safeParse(query);
    assert.equal(error?.issues[0]?.path[0], path, JSON.stringify(query));
  }
  assert.equal(salesQuery.safeParse({ until: "2026-01-01" }).success, false);
});
