import {
  assertCommandsRoundTrip,
  assertEventRoundTrips,
  assertEventsRoundTrip,
} from "@headwater/testing";
import assert from "node:assert/strict";
import { shipmentCommands, shipmentEvents } from "./contract.ts";
import { shipmentCommandExamples, shipmentEventExamples } from "./examples.ts";

Deno.test("every event of a shipment is read as it was written", () => {
  assertEventsRoundTrip(shipmentEvents);
  for (const event of Object.values(shipmentEventExamples)) {
    assertEventRoundTrips(shipmentEvents, event);
  }
});

Deno.test("every command to a shipment arrives as it was sent", () => {
  assertCommandsRoundTrip(shipmentCommands);
  for (const { type, data } of Object.values(shipmentCommandExamples)) {
    assert.deepEqual(shipmentCommands[type].parse(data), data);
  }
});
