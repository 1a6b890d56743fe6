import { defineEvents, type EventOf } from "@headwater/core";
import type { Process, Step } from "@headwater/sagas";
import { z } from "zod";
import { carEvents, flightEvents, hotelEvents, tripEvents } from "./trip.ts";

const bookingEvents = defineEvents("booking", {
  BookingStarted: z.object({ tripId: z.string(), seats: z.int(), isFull: z.boolean() }),
  StepDone: z.object({ tripId: z.string(), step: z.string() }),
  StepRefused: z.object({ tripId: z.string(), step: z.string() }),
});

type BookingEvent = EventOf<typeof bookingEvents>;
type BookingInput = EventOf<
  typeof tripEvents | typeof flightEvents | typeof carEvents | typeof hotelEvents
>;
type Booking = Extract<BookingEvent, { type: "BookingStarted" }>["data"];

export type BookingState = {
  readonly booking?: Booking;
  readonly todo: readonly string[];
  readonly done: readonly string[];
};

const undoing: Readonly<Record<string, string>> = { flight: "cancel-flight", car: "cancel-car" };

/** Which step an event shows to be done. */
const doneBy: Readonly<Record<string, string>> = {
  FlightBooked: "flight",
  CarBooked: "car",
  HotelBooked: "hotel",
  FlightCancelled: "cancel-flight",
  CarCancelled: "cancel-car",
};

/** Books a trip step by step, and undoes the steps in reverse where the last is refused. */
export const bookingProcess: Process<BookingInput, BookingEvent, BookingState> = {
  name: "booking",
  inputs: [tripEvents, flightEvents, carEvents, hotelEvents],
  events: bookingEvents,
  initialState: { todo: [], done: [] },
  key: ({ data }) => data.tripId,
  react({ type, data }, { booking, todo }) {
    if (type === "TripPlanned") return booking ? [] : [{ type: "BookingStarted", data }];
    const { tripId } = data;
    const [step] = todo;
    if (step === "hotel" && type === "HotelRefused") {
      return [{ type: "StepRefused", data: { tripId, step } }];
    }
    return step !== undefined && doneBy[type] === step
      ? [{ type: "StepDone", data: { tripId, step } }]
      : [];
  },
  evolve(state, { type, data }) {
    switch (type) {
      case "BookingStarted":
        return { booking: data, todo: ["flight", "car", "hotel"], done: [] };
      case "StepDone":
        return { ...state, todo: state.todo.slice(1), done: [...state.done, data.step] };
      case "StepRefused":
        return { ...state, todo: state.done.toReversed().map((step) => undoing[step]!) };
    }
  },
  outstanding: ({ booking, todo: [step] }) => booking && step ? [stepOf(step, booking)] : [],
  finished: ({ booking, todo }) => booking !== undefined && todo.length === 0,
};

function stepOf(name: string, { tripId, seats, isFull }: Booking): Step {
  switch (name) {
    case "flight":
      return step("flights", { type: "BookFlight", data: { tripId, seats } });
    case "car":
      return step("cars", { type: "BookCar", data: { tripId, seats } });
    case "hotel":
      return step("hotels", { type: "BookHotel", data: { tripId, seats, isFull } });
    case "cancel-car":
      return step("cars", { type: "CancelCar", data: { tripId } });
    default:
      return step("flights", { type: "CancelFlight", data: { tripId } });
  }
  function step(service: string, command: Step["command"]): Step {
    return { name, service, command };
  }
}
