import {
  assertCommandsRoundTrip,
  assertEventRoundTrips,
  assertEventsRoundTrip,
} from "@headwater/testing";
import assert from "node:assert/strict";
import { quantitySchema, skuSchema, stockItemCommands, stockItemEvents } from "./contract.ts";
import { stockItemCommandExamples, stockItemEventExamples } from "./examples.ts";

Deno.test("every event of a stock item is read as it was written", () => {
  assertEventsRoundTrip(stockItemEvents);
  for (const event of Object.values(stockItemEventExamples)) {
    assertEventRoundTrips(stockItemEvents, event);
  }
});

Deno.test("every command to a stock item arrives as it was sent", () => {
  assertCommandsRoundTrip(stockItemCommands);
  for (const { type, data } of Object.values(stockItemCommandExamples)) {
    assert.deepEqual(stockItemCommands[type].parse(data), data);
  }
});

const values = [
  {
    what: "a SKU",
    schema: skuSchema,
    fits: ["SKU1", "a.b-c_d"],
    not: ["", "..", "a/b", "SKU 1", "x".repeat(51)],
  },
  {
    what: "a quantity",
    schema: quantitySchema,
    fits: [1, 1_000_000],
    not: [0, -1, 1.5, 1_000_001, "1"],
  },
];

for (const { what, schema, fits, not } of values) {
  Deno.test(`${what} is what its schema says, and nothing else`, () => {
    for (const value of fits) {
      assert.equal(schema.safeParse(value).success, true, JSON.stringify(value));
    }
    for (const value of not) {
      assert.equal(schema.safeParse(value).success, false, JSON.stringify(value));
    }
  });
}
