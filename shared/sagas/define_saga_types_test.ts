import assert from "node:assert/strict";
import { defineEvents, type EventOf } from "@headwater/core";
import { z } from "zod";
import { defineSaga, participant, sagaEvents } from "./mod.ts";
import { definitionsOf, type SagaEvent } from "./saga_events.ts";

type Stored = EventOf<
  ReturnType<typeof defineEvents<ReturnType<typeof definitionsOf<z.ZodUnknown>>>>
>;

const tripId = z.string();
const tripEvents = defineEvents("trip", {
  TripWanted: z.object({ tripId, seats: z.int() }),
  TripForgotten: z.object({ tripId }),
});
const flightEvents = defineEvents("flight", {
  FlightBooked: z.object({ tripId, price: z.int() }),
  FlightFull: z.object({ tripId, reason: z.string() }),
  FlightReturned: z.object({ tripId }),
});
const trip = participant("trip", { commands: {}, events: tripEvents });
const flight = participant("flight", {
  commands: {
    BookFlight: z.strictObject({ tripId, seats: z.int() }),
    ReturnFlight: z.strictObject({ tripId }),
  },
  events: flightEvents,
});
const travelEvents = sagaEvents("travel", {
  key: "tripId",
  start: z.object({ tripId, seats: z.int() }),
});

Deno.test("types: what a saga stores is what its schemas take", () => {
  const stored = (event: Stored): SagaEvent => event;
  const typed = (event: SagaEvent): Stored => event as Stored;
  assert.equal(typeof stored, typeof typed);
});

Deno.test("types: a wrong event, command or payload is a type error, and a compensation must be there", () => {
  const saga = defineSaga(travelEvents, {
    startedBy: trip.event("TripWanted"),
    steps: ({ compensatable, retriable }) => [
      compensatable("book-flight", {
        does: ({ tripId, seats }) => flight.command("BookFlight", { tripId, seats }),
        done: flight.event("FlightBooked", { keeps: ({ price }) => price }),
        refused: flight.event("FlightFull"),
        undo: retriable("return-flight", {
          does: ({ tripId }) => flight.command("ReturnFlight", { tripId }),
          done: flight.event("FlightReturned"),
        }),
      }),
    ],
  });
  assert.equal(saga.name, "travel");

  // @ts-expect-error There is no such event
  assert.throws(() => flight.event("FlightBoked"));
  // @ts-expect-error There is no such command
  flight.command("BookFlihgt", { tripId: "1", seats: 1 });
  // @ts-expect-error Seats are counted
  flight.command("BookFlight", { tripId: "1", seats: "1" });
  // @ts-expect-error It has no such field
  flight.event("FlightFull", { where: { colour: "red" } });

  assert.throws(() =>
    defineSaga(travelEvents, {
      startedBy: trip.event("TripWanted"),
      steps: ({ compensatable }) => [
        // @ts-expect-error Neither undo nor why there is none
        compensatable("book-flight", {
          does: ({ tripId, seats }) => flight.command("BookFlight", { tripId, seats }),
          done: flight.event("FlightBooked"),
        }),
      ],
    }), /step "book-flight": its compensation is missing/);

  // @ts-expect-error The event has not all that is kept, nor is it said what it is made of
  defineSaga(travelEvents, {
    startedBy: trip.event("TripForgotten"),
    steps: ({ retriable }) => [
      retriable("book-flight", {
        // @ts-expect-error What it begins with has no such field
        does: ({ colour }) => flight.command("BookFlight", colour),
        done: flight.event("FlightBooked"),
      }),
    ],
  });
});
