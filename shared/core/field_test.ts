import { equal } from "node:assert/strict";
import * as field from "./field.ts";

const cases = [
  {
    what: "an id",
    schema: field.id,
    fits: ["a", "order-7.2_x~y", "...", "x".repeat(100)],
    not: ["", ".", "..", "a/b", "a b", "a\n", "a\u0000", "ä", "x".repeat(101), 7, null],
  },
  {
    what: "a currency",
    schema: field.currency,
    fits: ["EUR"],
    not: ["eur", "EURO", "", "€", "EUR\n"],
  },
  {
    what: "an amount",
    schema: field.amount,
    fits: [0, 1, 2 ** 53 - 1],
    not: [-1, 0.5, 2 ** 53, NaN, Infinity, "1", null],
  },
  {
    what: "a text",
    schema: field.text(10),
    fits: ["Ada", "  Ada  ", "Ærøskøbing"],
    not: ["", "   ", "x".repeat(11), "a\tb", "a\u0000b", "a\u009fb", "\ud800", 7],
  },
];

for (const { what, schema, fits, not } of cases) {
  Deno.test(`${what} is what its schema says, and nothing else`, () => {
    for (const value of fits) equal(schema.safeParse(value).success, true, JSON.stringify(value));
    for (const value of not) equal(schema.safeParse(value).success, false, JSON.stringify(value));
  });
}

Deno.test("a text is trimmed", () => {
  equal(field.text(10).parse("  Ada "), "Ada");
});
