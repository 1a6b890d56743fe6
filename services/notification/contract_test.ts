import {
  assertCommandsRoundTrip,
  assertEventRoundTrips,
  assertEventsRoundTrip,
} from "@headwater/testing";
import assert from "node:assert/strict";
import { notificationCommands, notificationEvents } from "./contract.ts";
import { notificationCommandExamples, notificationEventExamples } from "./examples.ts";

Deno.test("every event of a notification is read as it was written", () => {
  assertEventsRoundTrip(notificationEvents);
  for (const event of Object.values(notificationEventExamples)) {
    assertEventRoundTrips(notificationEvents, event);
  }
});

Deno.test("every command to a notification arrives as it was sent", () => {
  assertCommandsRoundTrip(notificationCommands);
  for (const { type, data } of Object.values(notificationCommandExamples)) {
    assert.deepEqual(notificationCommands[type].parse(data), data);
  }
});
