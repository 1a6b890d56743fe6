import assert from "node:assert/strict";
import { z } from "zod";
import { column, defineEvents, type RowOf, view } from "./mod.ts";

const base = {
  name: "sales-orders",
  version: 1,
  table: "sales_order",
  reads: [defineEvents("order", { Placed: z.object({}) })],
  columns: { orderId: column.text(), lines: column.json<readonly Line[]>() },
  primaryKey: "orderId",
  key: () => undefined,
  evolve: () => undefined,
} as const;
type Line = { readonly day: string; readonly sku: string; readonly revenue: number };

const sums = {
  table: "sales",
  columns: { day: column.text(), sku: column.text(), soldItems: column.integer() },
  key: ["day", "sku"],
  indexes: [["sku", "day"]],
} as const;

const salesView = view({
  ...base,
  sums: {
    ...sums,
    contributes: ({ lines }) =>
      lines.map(({ day, sku, revenue }) => ({ day, sku, soldItems: revenue })),
  },
});

/** Hands back the text that would be SQL. */
const plain = { unsafe: (text: string) => text };

Deno.test("sums are a table of their own, asked as the rows are", () => {
  assert.equal(salesView.sums.from(plain), '"sales"');
  assert.equal(
    salesView.sums.select(plain),
    '"sales"."day" as "day", "sales"."sku" as "sku", "sales"."sold_items"::float8 as "soldItems"',
  );
  assert.deepEqual(salesView.sums.summed, ["soldItems"]);
  assert.equal(view(base).sums, undefined);
});

Deno.test("the fingerprint has the table of the sums in it", () => {
  const contributes = () => [];
  const changed = [
    view(base),
    salesView,
    view({ ...base, sums: { ...sums, table: "sale", contributes } }),
    view({ ...base, sums: { ...sums, indexes: [], contributes } }),
    view({ ...base, sums: { ...sums, key: ["sku", "day"], contributes } }),
    view({
      ...base,
      sums: { ...sums, columns: { ...sums.columns, more: column.integer() }, contributes },
    }),
  ].map(({ fingerprint }) => fingerprint);
  assert.equal(new Set(changed).size, changed.length);
  assert.equal(view({ ...base, sums: { ...sums, contributes } }).fingerprint, changed[1]);
});

Deno.test("a row is refused that contributes what cannot be summed", () => {
  const line = { day: "2026-01-01", sku: "A", revenue: 1 };
  salesView.check({ orderId: "1", lines: [line, { ...line, revenue: -1 }] });
  for (
    const [change, why] of [
      [{ revenue: 0.5 }, 'has "soldItems", which is no safe integer'],
      [{ revenue: 2 ** 53 }, 'has "soldItems", which is no safe integer'],
      [{ revenue: NaN }, 'has "soldItems", which is no safe integer'],
      [{ revenue: 1n }, 'has "soldItems", which is no safe integer'],
      [{ sku: undefined }, 'has "sku", which is no text'],
    ] as const
  ) {
    const lines = [line, { ...line, ...change } as unknown as Line];
    assert.equal(
      salesView.sums.objection({ orderId: "1", lines }),
      `what it contributes to "sales" ${why}`,
    );
  }
  const lavish = view({
    ...base,
    sums: { ...sums, contributes: () => [{ day: "a", sku: "b", soldItems: 1, more: 1 }] },
  });
  assert.throws(() => lavish.check({ orderId: "1", lines: [] }), {
    message: 'Cannot keep row "1" of "sales-orders": ' +
      'what it contributes to "sales" has "more", which is no column',
  });
});

Deno.test("sums that could not be kept are refused when they are defined", () => {
  const { day, sku, soldItems } = sums.columns;
  for (
    const [change, why] of [
      [{ table: "sales_order" }, 'its rows and its sums are both in table "sales_order"'],
      [{ table: "Sales" }, 'its table "Sales" must be in snake_case'],
      [{ columns: { day, sku, sold_items: soldItems } }, 'its column "sold_items" must be in'],
      [{ key: [] }, "its sums have no key"],
      [{ key: ["day", "day"] }, "the key of its sums has a column twice"],
      [{ key: ["day", "shop"] }, 'its sums have no column "shop"'],
      [{ indexes: [["shop"]] }, 'its sums have no column "shop"'],
      [{ columns: { day, sku: sku.nullable(), soldItems } }, '"sku" is in the key of its sums'],
      [{ columns: { day, sku: column.json(), soldItems } }, '"sku" of type jsonb cannot be in'],
      [{ columns: { day, sku: column.number(), soldItems } }, '"sku" of type double precision'],
      [{ columns: { day, sku } }, "its sums have nothing but a key"],
      [{ columns: { day, sku, soldItems: column.number() } }, '"soldItems" cannot be summed'],
      [{ columns: { day, sku, soldItems: soldItems.nullable() } }, '"soldItems" cannot be summed'],
      [{ columns: { day, sku, soldItems: column.text() } }, '"soldItems" cannot be summed'],
    ] as const
  ) {
    const wrong = { ...sums, contributes: () => [], ...change };
    assert.throws(
      // @ts-expect-error -- some of it is
      () => view({ ...base, sums: wrong }),
      (error: Error) => error.message.startsWith(`Cannot define view "sales-orders": ${why}`),
      why,
    );
  }
});

Deno.test("types: what is contributed follows from the columns of the sums", () => {
  const typed: RowOf<typeof salesView.sums> = { day: "d", sku: "s", soldItems: 1 };
  const row: RowOf<typeof salesView> = { orderId: "1", lines: [] };
  void [typed, row];
  view({
    ...base,
    // @ts-expect-error -- a column is missing
    sums: { ...sums, contributes: () => [{ day: "d", sku: "s" }] },
  });
  view({
    ...base,
    // @ts-expect-error -- rows have no such column
    sums: { ...sums, contributes: ({ colour }) => [{ day: colour, sku: "s", soldItems: 1 }] },
  });
  const contributes = () => [];
  // @ts-expect-error -- no column of the sums
  assert.throws(() => view({ ...base, sums: { ...sums, key: ["orderId"], contributes } }));
});
