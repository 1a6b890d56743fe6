import {
  assertCommandsRoundTrip,
  assertEventRoundTrips,
  assertEventsRoundTrip,
} from "@headwater/testing";
import assert from "node:assert/strict";
import { descriptionSchema, productCommands, productEvents } from "./contract.ts";
import { productCommandExamples, productEventExamples } from "./examples.ts";

Deno.test("every event of a product is read as it was written", () => {
  assertEventsRoundTrip(productEvents);
  for (const event of Object.values(productEventExamples)) {
    assertEventRoundTrips(productEvents, event);
  }
});

Deno.test("every command to a product arrives as it was sent", () => {
  assertCommandsRoundTrip(productCommands);
  for (const { type, data } of Object.values(productCommandExamples)) {
    assert.deepEqual(productCommands[type].parse(data), data);
  }
});

Deno.test("a description has lines, and nothing that a database would not keep", () => {
  for (const text of ["", "a\nb\tc", "ä€😀", "x".repeat(5_000)]) {
    assert.equal(descriptionSchema.parse(text), text);
  }
  for (const text of ["\0", "a\rb", "\ud800", "x".repeat(5_001), 1, null]) {
    assert.equal(descriptionSchema.safeParse(text).success, false, JSON.stringify(text));
  }
});
