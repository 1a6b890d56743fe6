import {
  assertCommandsRoundTrip,
  assertEventRoundTrips,
  assertEventsRoundTrip,
} from "@headwater/testing";
import assert from "node:assert/strict";
import { stockItemCommands, stockItemEvents } from "./contract.ts";
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
