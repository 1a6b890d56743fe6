import {
  assertCommandsRoundTrip,
  assertEventRoundTrips,
  assertEventsRoundTrip,
} from "@headwater/testing";
import assert from "node:assert/strict";
import { paymentCommands, paymentEvents } from "./contract.ts";
import { paymentCommandExamples, paymentEventExamples } from "./examples.ts";

Deno.test("every event of a payment is read as it was written", () => {
  assertEventsRoundTrip(paymentEvents);
  for (const event of Object.values(paymentEventExamples)) {
    assertEventRoundTrips(paymentEvents, event);
  }
});

Deno.test("every command to a payment arrives as it was sent", () => {
  assertCommandsRoundTrip(paymentCommands);
  for (const { type, data } of Object.values(paymentCommandExamples)) {
    assert.deepEqual(paymentCommands[type].parse(data), data);
  }
});
