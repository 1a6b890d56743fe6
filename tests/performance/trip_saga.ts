import { defineSaga, participant, sagaEvents } from "@headwater/sagas";
import { z } from "zod";
import {
  carCommands,
  carEvents,
  flightCommands,
  flightEvents,
  hotelCommands,
  hotelEvents,
  tripCommands,
  tripEvents,
} from "./trip.ts";

const trips = participant("trips", { commands: tripCommands, events: tripEvents });
const flights = participant("flights", { commands: flightCommands, events: flightEvents });
const cars = participant("cars", { commands: carCommands, events: carEvents });
const hotels = participant("hotels", { commands: hotelCommands, events: hotelEvents });

const bookingEvents = sagaEvents("booking", {
  key: "tripId",
  start: z.object({ tripId: z.string(), seats: z.int(), isFull: z.boolean() }),
});

/** Flight → car → hotel; where the hotel is full the car is given back, then the flight. */
export const bookingSaga = defineSaga(bookingEvents, {
  startedBy: trips.event("TripPlanned"),
  steps: ({ compensatable, retriable }) => [
    compensatable("book-flight", {
      does: ({ tripId, seats }) => flights.command("BookFlight", { tripId, seats }),
      done: flights.event("FlightBooked"),
      refused: flights.event("FlightRefused"),
      undo: retriable("cancel-flight", {
        does: ({ tripId }) => flights.command("CancelFlight", { tripId }),
        done: flights.event("FlightCancelled"),
      }),
    }),
    compensatable("book-car", {
      does: ({ tripId, seats }) => cars.command("BookCar", { tripId, seats }),
      done: cars.event("CarBooked"),
      refused: cars.event("CarRefused"),
      undo: retriable("cancel-car", {
        does: ({ tripId }) => cars.command("CancelCar", { tripId }),
        done: cars.event("CarCancelled"),
      }),
    }),
    compensatable("book-hotel", {
      does: ({ tripId, seats, isFull }) => hotels.command("BookHotel", { tripId, seats, isFull }),
      done: hotels.event("HotelBooked"),
      refused: hotels.event("HotelRefused"),
      undo: retriable("cancel-hotel", {
        does: ({ tripId }) => hotels.command("CancelHotel", { tripId }),
        done: hotels.event("HotelCancelled"),
      }),
    }),
  ],
});
