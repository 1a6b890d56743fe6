import { z } from "zod";
import { aggregate } from "../aggregate.ts";
import { type CommandOf, defineEvents, type EventOf } from "../event_schemas.ts";
import { Refusal } from "../refusal.ts";

const quantity = z.int().positive();
const received = z.object({ sku: z.string(), quantity });
const ofOrder = z.object({ sku: z.string(), orderId: z.string() });
const reserved = ofOrder.extend({ quantity });

export const stockItemEvents = defineEvents("stockItem", {
  StockReceived: received,
  StockReserved: reserved,
  StockReservationRejected: reserved.extend({ available: z.int() }),
  StockReleased: reserved,
});

const commands = { ReceiveStock: received, ReserveStock: reserved, ReleaseStock: ofOrder };
export type StockItemCommand = CommandOf<typeof commands>;

type Event = EventOf<typeof stockItemEvents>;
type State = { readonly available: number; readonly reserved: Readonly<Record<string, number>> };

const initialState: State = { available: 0, reserved: {} };

/** Stock that orders compete for: it adds, refuses, rejects by an event, and has done some things already. */
export const stockItem = aggregate({
  events: stockItemEvents,
  commands,
  id: ({ data }) => data.sku,
  initialState,
  decide,
  evolve,
});

function decide(command: StockItemCommand, { available, reserved }: State): readonly Event[] {
  switch (command.type) {
    case "ReceiveStock":
      return [{ type: "StockReceived", data: command.data }];
    case "ReserveStock": {
      const { sku, orderId, quantity } = command.data;
      const held = reserved[orderId];
      if (held === quantity) return [];
      if (held !== undefined) {
        throw new Refusal("reservation-exists", `Cannot reserve ${quantity} of "${sku}"`);
      }
      return quantity <= available
        ? [{ type: "StockReserved", data: command.data }]
        : [{ type: "StockReservationRejected", data: { ...command.data, available } }];
    }
    case "ReleaseStock": {
      const quantity = reserved[command.data.orderId];
      if (quantity === undefined) return [];
      return [{ type: "StockReleased", data: { ...command.data, quantity } }];
    }
  }
}

function evolve(state: State, { type, data }: Event): State {
  switch (type) {
    case "StockReceived":
      return { ...state, available: state.available + data.quantity };
    case "StockReserved":
      return {
        available: state.available - data.quantity,
        reserved: { ...state.reserved, [data.orderId]: data.quantity },
      };
    case "StockReservationRejected":
      return state;
    case "StockReleased": {
      const { [data.orderId]: _gone, ...reserved } = state.reserved;
      return { available: state.available + data.quantity, reserved };
    }
  }
}
