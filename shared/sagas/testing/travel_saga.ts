import { defineEvents, type DomainEvent } from "@headwater/core";
import { z } from "zod";
import { defineSaga, participant, type Saga, sagaEvents } from "../mod.ts";

const tripId = z.string();
const what = z.string();
const reason = z.string();
const tripEvents = defineEvents("trip", {
  Wanted: z.object({ tripId, hotels: z.array(z.string()) }),
  CalledOff: z.object({ tripId, reason }),
  CallingOffRefused: z.object({ tripId }),
  Ended: z.object({ tripId }),
});
const hotelEvents = defineEvents("hotel", {
  Booked: z.object({ tripId, hotel: z.string(), price: z.int() }),
  Full: z.object({ tripId, hotel: z.string(), reason }),
  Returned: z.object({ tripId, hotel: z.string() }),
});
const bankEvents = defineEvents("bank", {
  Paid: z.object({ tripId }),
  NotPaid: z.object({ tripId, reason }),
  Done: z.object({ tripId, what }),
});
const bankCommands = {
  Pay: z.strictObject({ tripId, amount: z.int() }),
  Do: z.strictObject({ tripId, what }),
};
const trip = participant("trip", { commands: {}, events: tripEvents });
const hotel = participant("hotel", {
  commands: { Book: z.strictObject({ tripId, hotel: z.string() }) },
  events: hotelEvents,
});
const bank = participant("bank", { commands: bankCommands, events: bankEvents });
const events = sagaEvents("travel", {
  key: "tripId",
  start: z.object({ tripId, hotels: z.array(z.string()) }),
});

/** Hotels side by side → pay, from where there is no way back → after a day the ticket. */
export function travelSaga(
  version = 1,
  { nothing = ["booking-unknown"], ...more }: {
    readonly migrates?: number[];
    readonly earlier?: Saga[];
    readonly nothing?: readonly string[];
  } = {},
) {
  return defineSaga(events, {
    ...{ version, ...more },
    startedBy: trip.event("Wanted"),
    endedBy: [trip.event("Ended")],
    keys: ({ hotels }) => hotels,
    steps: ({ each, pivot, retriable, after }) => [
      each(({ hotels }) => hotels.map((hotel) => ({ hotel }))).by(
        "hotel",
        (one) =>
          one.compensatable("book", {
            does: ({ tripId }, { item: { hotel: name } }) =>
              hotel.command("Book", { tripId, hotel: name }),
            done: hotel.event("Booked", { keeps: ({ price }) => price }),
            refused: hotel.event("Full"),
            undo: one.retriable("return", {
              does: ({ tripId }, { item: { hotel } }) =>
                bank.command("Do", { tripId, what: `return ${hotel}` }),
              done: hotel.event("Returned"),
              nothing,
            }),
          }),
      ),
      pivot("pay", {
        does: ({ tripId, hotels }, { result }) =>
          bank.command("Pay", {
            tripId,
            amount: hotels.reduce((sum, hotel) => sum + Number(result(`book:${hotel}`)), 0),
          }),
        done: bank.event("Paid"),
        refused: bank.event("NotPaid"),
        attempts: 3,
      }),
      after("rest", "1d"),
      retriable(version === 1 ? "ticket" : "e-ticket", {
        does: ({ tripId }) => bank.command("Do", { tripId, what: "ticket" }),
        done: bank.event("Done", { where: { what: "ticket" } }),
      }),
    ],
    cancel: ({ retriable }) => ({
      when: trip.event("CalledOff"),
      refuse: retriable("refuse", {
        does: ({ tripId }, { reason }) => bank.command("Do", { tripId, what: reason }),
        done: trip.event("CallingOffRefused"),
      }),
    }),
  });
}

export const wanted: DomainEvent = { type: "Wanted", data: { tripId: "t", hotels: ["a", "b"] } };
export const calledOff: DomainEvent = { type: "CalledOff", data: { tripId: "t", reason: "rain" } };
export const paid: DomainEvent = { type: "Paid", data: { tripId: "t" } };
export function booked(hotel: string): DomainEvent {
  return { type: "Booked", data: { tripId: "t", hotel, price: 70 } };
}
export function full(hotel: string): DomainEvent {
  return { type: "Full", data: { tripId: "t", hotel, reason: "full" } };
}
export function returned(hotel: string): DomainEvent {
  return { type: "Returned", data: { tripId: "t", hotel } };
}
