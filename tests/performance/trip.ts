import { aggregate, type CommandOf, defineEvents, type EventOf } from "@headwater/core";
import { service, type ServiceDefinition } from "@headwater/host";
import { z } from "zod";

/** The work of every contender: a flight, a car and a hotel are booked one after the other, or what was booked is given back. */
const trip = { tripId: z.string() };
const booking = z.object({ ...trip, seats: z.int().positive() });
const bookIt = z.strictObject({ ...trip, seats: z.int().positive() });
const giveBack = z.strictObject(trip);

export const tripEvents = defineEvents("trip", {
  /** Where nobody can stay there is no hotel. */
  TripPlanned: z.object({ ...trip, seats: z.int().positive(), isFull: z.boolean() }),
});

export const flightEvents = defineEvents("flight", {
  FlightBooked: booking,
  FlightRefused: booking,
  FlightCancelled: z.object(trip),
});

export const carEvents = defineEvents("car", {
  CarBooked: booking,
  CarRefused: booking,
  CarCancelled: z.object(trip),
});

export const hotelEvents = defineEvents("hotel", {
  HotelBooked: booking,
  HotelRefused: booking,
  HotelCancelled: z.object(trip),
});

type FlightEvent = EventOf<typeof flightEvents>;
type CarEvent = EventOf<typeof carEvents>;
type HotelEvent = EventOf<typeof hotelEvents>;

type Booked = { readonly isBooked: boolean };

export const tripCommands = {
  PlanTrip: z.strictObject({ ...trip, seats: z.int().positive(), isFull: z.boolean() }),
};

export const tripAggregate = aggregate({
  events: tripEvents,
  commands: tripCommands,
  id: ({ data }) => data.tripId,
  initialState: { isPlanned: false },
  decide: ({ data }: CommandOf<typeof tripCommands>, { isPlanned }) =>
    isPlanned ? [] : [{ type: "TripPlanned" as const, data }],
  evolve: () => ({ isPlanned: true }),
});

const notBooked: Booked = { isBooked: false };

export const flightCommands = { BookFlight: bookIt, CancelFlight: giveBack };

const flight = aggregate({
  events: flightEvents,
  commands: flightCommands,
  id: ({ data }) => data.tripId,
  initialState: notBooked,
  decide({ type, data }: CommandOf<typeof flightCommands>, { isBooked }): readonly FlightEvent[] {
    if (type === "BookFlight") return isBooked ? [] : [{ type: "FlightBooked", data }];
    return isBooked ? [{ type: "FlightCancelled", data }] : [];
  },
  evolve: (_, { type }: FlightEvent) => ({ isBooked: type === "FlightBooked" }),
});

export const carCommands = { BookCar: bookIt, CancelCar: giveBack };

const car = aggregate({
  events: carEvents,
  commands: carCommands,
  id: ({ data }) => data.tripId,
  initialState: notBooked,
  decide({ type, data }: CommandOf<typeof carCommands>, { isBooked }): readonly CarEvent[] {
    if (type === "BookCar") return isBooked ? [] : [{ type: "CarBooked", data }];
    return isBooked ? [{ type: "CarCancelled", data }] : [];
  },
  evolve: (_, { type }: CarEvent) => ({ isBooked: type === "CarBooked" }),
});

export const hotelCommands = {
  BookHotel: z.strictObject({ ...trip, seats: z.int().positive(), isFull: z.boolean() }),
  CancelHotel: giveBack,
};

const hotel = aggregate({
  events: hotelEvents,
  commands: hotelCommands,
  id: ({ data }) => data.tripId,
  initialState: notBooked,
  decide({ type, data }: CommandOf<typeof hotelCommands>, { isBooked }): readonly HotelEvent[] {
    if (type === "CancelHotel") return isBooked ? [{ type: "HotelCancelled", data }] : [];
    if (isBooked) return [];
    const { isFull, ...asked } = data;
    return [
      isFull ? { type: "HotelRefused", data: asked } : { type: "HotelBooked", data: asked },
    ];
  },
  evolve: (_, { type }: HotelEvent) => ({ isBooked: type === "HotelBooked" }),
});

/** Each a service of its own, as the shop's are. */
export const participants: readonly ServiceDefinition[] = [
  service({ name: "flights", aggregates: [flight] }),
  service({ name: "cars", aggregates: [car] }),
  service({ name: "hotels", aggregates: [hotel] }),
];
