import {
  assertCommandsRoundTrip,
  assertEventRoundTrips,
  assertEventsRoundTrip,
} from "@headwater/testing";
import assert from "node:assert/strict";
import { pinEvents, routeEvents } from "../testing/strangler_examples.ts";
import {
  entityId,
  entityPinCommands,
  entityPinEvents,
  percentage,
  routeName,
  strangledRouteCommands,
  strangledRouteEvents,
} from "./contract.ts";

Deno.test("every event of strangled routes and pins is read as it was written", () => {
  assertEventsRoundTrip(strangledRouteEvents);
  assertEventsRoundTrip(entityPinEvents);
  for (const event of Object.values(routeEvents)) {
    assertEventRoundTrips(strangledRouteEvents, event);
  }
  for (const event of Object.values(pinEvents)) assertEventRoundTrips(entityPinEvents, event);
});

Deno.test("every command to strangled routes and pins arrives as it was sent", () => {
  assertCommandsRoundTrip(strangledRouteCommands);
  assertCommandsRoundTrip(entityPinCommands);
});

const values = [
  {
    what: "a percentage",
    schema: percentage,
    fits: [0, 0.01, 0.29, 12.5, 99.99, 100],
    not: [-0.01, 0.001, 100.01, NaN, "10"],
  },
  { what: "a route's name", schema: routeName, fits: ["catalog", "a-1"], not: ["", "A", "1a"] },
  {
    what: "an entity",
    schema: entityId,
    fits: ["SKU1", "a/b", "Müller"],
    not: ["", "a\n", "\ud800", "x".repeat(201)],
  },
];

for (const { what, schema, fits, not } of values) {
  Deno.test(`${what} is what its schema says, and nothing else`, () => {
    for (const value of fits) assert.ok(schema.safeParse(value).success, String(value));
    for (const value of not) assert.ok(!schema.safeParse(value).success, String(value));
  });
}
