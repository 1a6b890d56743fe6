import {
  assertCommandsRoundTrip,
  assertEventRoundTrips,
  assertEventsRoundTrip,
} from "@headwater/testing";
import assert from "node:assert/strict";
import { sampleAccountCommands, sampleAccountEvents } from "./contract.ts";
import { sampleAccountCommandExamples, sampleAccountEventExamples } from "./examples.ts";

Deno.test("every event of a sample account is read as it was written", () => {
  assertEventsRoundTrip(sampleAccountEvents);
  for (const event of Object.values(sampleAccountEventExamples)) {
    assertEventRoundTrips(sampleAccountEvents, event);
  }
});

Deno.test("every command to a sample account arrives as it was sent", () => {
  assertCommandsRoundTrip(sampleAccountCommands);
  for (const { type, data } of Object.values(sampleAccountCommandExamples)) {
    assert.deepEqual(sampleAccountCommands[type].parse(data), data);
  }
});
