import { aggregate, persistentMap, Refusal } from "@headwater/core";
import {
  type StockItemCommand,
  stockItemCommands,
  type StockItemEvent,
  stockItemEvents,
} from "./contract.ts";

export type StockItemState = {
  readonly available: number;
  /** What is set aside now, by order. */
  readonly reserved: persistentMap.PersistentMap<number>;
};

const initialState: StockItemState = { available: 0, reserved: persistentMap.empty };

export const stockItem = aggregate({
  events: stockItemEvents,
  commands: stockItemCommands,
  id: ({ data }) => data.sku,
  initialState,
  decide,
  evolve,
});

function decide(command: StockItemCommand, state: StockItemState): readonly StockItemEvent[] {
  switch (command.type) {
    case "ReceiveStock": {
      const { sku, quantity } = command.data;
      if (!Number.isSafeInteger(state.available + quantity)) {
        throw new Refusal(
          "stock-too-large",
          `Cannot receive ${quantity} of "${sku}": the stock would be beyond ${Number.MAX_SAFE_INTEGER}`,
        );
      }
      return [{ type: "StockReceived", data: { sku, quantity } }];
    }
    case "ReserveStock": {
      const { sku, orderId, quantity } = command.data;
      const held = persistentMap.get(state.reserved, orderId);
      if (held === quantity) return [];
      if (held !== undefined) {
        throw new Refusal(
          "reservation-exists",
          `Cannot reserve ${quantity} of "${sku}" for order "${orderId}": ${held} are reserved for it`,
        );
      }
      if (quantity <= state.available) {
        return [{ type: "StockReserved", data: { sku, orderId, quantity } }];
      }
      const { available } = state;
      const reason = "stock-insufficient";
      return [{
        type: "StockReservationRejected",
        data: { sku, orderId, quantity, available, reason },
      }];
    }
    case "ReleaseStock":
    case "ShipStock": {
      const { sku, orderId } = command.data;
      const quantity = persistentMap.get(state.reserved, orderId);
      if (quantity === undefined) return [];
      const type = command.type === "ReleaseStock" ? "StockReleased" : "StockShipped";
      return [{ type, data: { sku, orderId, quantity } }];
    }
  }
}

function evolve(state: StockItemState, event: StockItemEvent): StockItemState {
  switch (event.type) {
    case "StockReceived":
      return { ...state, available: state.available + event.data.quantity };
    case "StockReserved": {
      const { orderId, quantity } = event.data;
      return {
        available: state.available - quantity,
        reserved: persistentMap.set(state.reserved, [orderId, quantity]),
      };
    }
    case "StockReservationRejected":
      return state;
    case "StockReleased":
      return {
        available: state.available + event.data.quantity,
        reserved: persistentMap.without(state.reserved, event.data.orderId),
      };
    case "StockShipped":
      return {
        ...state,
        reserved: persistentMap.without(state.reserved, event.data.orderId),
      };
  }
}
