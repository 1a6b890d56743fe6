import fc from "fast-check";
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
    fits: ["EUR", "JPY", "KWD", "CLF"],
    not: ["eur", "EURO", "", "€", "EUR\n", "ABC", "XXX"],
  },
  {
    what: "the code of a currency",
    schema: field.currencyCode,
    fits: ["EUR", "DEM"],
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

for (
  const [given, kept] of [
    ["declined", "declined"],
    ["  a\u0000b\r\n\tc\ud800 ", "a�b c�"],
    ["x".repeat(200), "x".repeat(10)],
    ["123456789💩", "123456789"],
    ["", "unknown"],
    [" \n ", "unknown"],
  ] as const
) {
  Deno.test(`${JSON.stringify(given.slice(0, 20))} from outside is kept as "${kept}"`, () => {
    equal(field.outsideText(10).parse(given), kept);
  });
}

Deno.test("whatever somebody outside says becomes a text, the same when it is read again", () => {
  const outside = field.outsideText(20);
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 60 }), (given) => {
    const kept = outside.parse(given);
    equal(field.text(20).parse(kept), kept);
    equal(outside.parse(kept), kept);
  }));
  equal(outside.safeParse(7).success, false);
});

Deno.test("a text is trimmed", () => {
  equal(field.text(10).parse("  Ada "), "Ada");
});
