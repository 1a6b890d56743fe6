import {
  assertCommandsRoundTrip,
  assertEventRoundTrips,
  assertEventsRoundTrip,
  recordedExample,
} from "@headwater/testing";
import assert from "node:assert/strict";
import { fulfilmentEvents, orderCommands, orderEvents, paymentReminderEvents } from "./contract.ts";
import { fulfilmentEventExamples, orderCommandExamples, orderEventExamples } from "./examples.ts";

Deno.test("every event of an order is read as it was written", () => {
  assertEventsRoundTrip(orderEvents);
  for (const event of Object.values(orderEventExamples)) assertEventRoundTrips(orderEvents, event);
});

Deno.test("every event of a fulfilment is read as it was written", () => {
  assertEventsRoundTrip(fulfilmentEvents);
  for (const event of Object.values(fulfilmentEventExamples)) {
    assertEventRoundTrips(fulfilmentEvents, event);
  }
});

Deno.test("every event of a payment's reminder is read as it was written", () => {
  assertEventsRoundTrip(paymentReminderEvents);
});

Deno.test("every command to an order arrives as it was sent", () => {
  assertCommandsRoundTrip(orderCommands);
  for (const { type, data } of Object.values(orderCommandExamples)) {
    assert.deepEqual(orderCommands[type].parse(data), data);
  }
});

Deno.test("a cancellation of version 1 was the customer's", () => {
  const { metadata, ...stored } = recordedExample({
    type: "OrderCancellationStarted",
    data: { orderId: "order-1", reason: "too slow" },
  });
  const decoded = orderEvents.decode({ ...stored, metadata: { ...metadata, schemaVersion: 1 } });
  assert.deepEqual(decoded?.data, { orderId: "order-1", reason: "too slow", by: "customer" });
  assert.deepEqual(stored.data, { orderId: "order-1", reason: "too slow" }, "stored data stays");
});

Deno.test("a cancellation is written in version 2", () => {
  assert.equal(orderEvents.encode(orderEventExamples.OrderCancellationStarted).schemaVersion, 2);
});
