import fc from "fast-check";
import assert from "node:assert/strict";
import { z } from "zod";
import { amount, currencyCode, id, text } from "./field.ts";
import { quickCheck } from "./quick_check.ts";

const order = z.object({
  orderId: id,
  currency: currencyCode,
  lines: z.array(z.strictObject({ sku: z.string(), quantity: z.int().positive().max(9) })).min(1),
  name: text(5),
  total: amount,
  by: z.enum(["customer", "fulfilment"]),
  note: z.string().nullable(),
  gift: z.boolean().optional(),
  kind: z.literal("order"),
  weight: z.number().lt(10),
});

const fine = {
  orderId: "7f",
  currency: "EUR",
  lines: [{ sku: "A", quantity: 9 }],
  name: "Ada",
  total: 0,
  by: "customer",
  note: null,
  kind: "order",
  weight: 9.5,
};

Deno.test("what is as its schema wants it is known at once", () => {
  const check = quickCheck(order)!;
  for (const value of [fine, { ...fine, gift: true, note: "" }]) {
    assert.ok(check(value));
    assert.deepEqual(order.parse(value), value);
  }
});

Deno.test("what is not, or would be changed, is left to the schema", () => {
  const check = quickCheck(order)!;
  const others: unknown[] = [
    undefined,
    null,
    [],
    "text",
    {},
    { ...fine, orderId: ".." },
    { ...fine, orderId: "a b" },
    { ...fine, currency: "eur" },
    { ...fine, lines: [] },
    { ...fine, lines: {} },
    { ...fine, lines: [{ sku: "A", quantity: 10 }] },
    { ...fine, lines: [{ sku: "A", quantity: 0 }] },
    { ...fine, lines: [{ sku: "A", quantity: 1, more: 1 }] },
    { ...fine, name: " Ada" },
    { ...fine, name: "" },
    { ...fine, name: "Ada Lovelace" },
    { ...fine, total: -1 },
    { ...fine, total: 0.5 },
    { ...fine, total: 2 ** 53 },
    { ...fine, by: "nobody" },
    { ...fine, note: undefined },
    { ...fine, gift: null },
    { ...fine, kind: "other" },
    { ...fine, weight: 10 },
    { ...fine, weight: NaN },
    { ...fine, unknown: 1 },
    JSON.parse(`{"__proto__": {}, ${JSON.stringify(fine).slice(1)}`),
  ];
  for (const value of others) assert.ok(!check(value), JSON.stringify(value));
});

Deno.test("what it lets pass, the schema leaves as it is", () => {
  const check = quickCheck(order)!;
  const values = fc.record({
    orderId: fc.oneof(fc.constant("7f"), fc.string()),
    currency: fc.constantFrom("EUR", "E", 1),
    lines: fc.array(
      fc.record({ sku: fc.string(), quantity: fc.integer({ min: -1, max: 11 }) }, {
        noNullPrototype: true,
      }),
    ),
    name: fc.string({ unit: "binary", maxLength: 6 }),
    total: fc.oneof(fc.maxSafeInteger(), fc.double()),
    by: fc.constantFrom("customer", "fulfilment", null),
    note: fc.option(fc.string()),
    gift: fc.option(fc.boolean(), { nil: undefined }),
    kind: fc.constantFrom("order", "other"),
    weight: fc.double({ min: 0, max: 12 }),
  }, { noNullPrototype: true });
  let passed = 0;
  fc.assert(
    fc.property(
      fc.oneof(
        values,
        fc.record({ more: fc.jsonValue() }),
        values.map((value) => ({ ...fine, lines: value.lines, name: value.name })),
      ),
      (value) => {
        if (!check(value)) return;
        passed++;
        assert.deepEqual(order.parse(value), value);
      },
    ),
    { numRuns: 2_000 },
  );
  assert.ok(passed > 0);
});

Deno.test("there is none for a schema in which something is not certain", () => {
  const uncertain: z.ZodType[] = [
    z.string().transform(Number),
    z.string().default("none"),
    z.string().regex(/a/g),
    z.union([z.object({ a: z.string() }), z.string()]),
    z.looseObject({ a: z.string() }),
    z.object({ constructor: z.string() }),
    z.object({ a: z.date() }),
    z.string().superRefine(() => {}),
    z.email(),
    z.bigint(),
    z.int32(),
    z.record(z.string(), z.string()),
  ];
  for (const [index, schema] of uncertain.entries()) {
    assert.equal(quickCheck(schema), undefined, `schema ${index}`);
  }
});
