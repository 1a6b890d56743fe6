import type { StockItemCommand, StockItemEvent } from "./contract.ts";

const sku = "SKU1";
const orderId = "order-1";
const reservation = { sku, orderId, quantity: 2 };

/** One valid example of every event; they are all of the same item. */
export const stockItemEventExamples: {
  readonly [Type in StockItemEvent["type"]]: Extract<StockItemEvent, { type: Type }>;
} = {
  StockReceived: { type: "StockReceived", data: { sku, quantity: 10 } },
  StockReserved: { type: "StockReserved", data: reservation },
  StockReservationRejected: {
    type: "StockReservationRejected",
    data: { ...reservation, available: 1, reason: "stock-insufficient" },
  },
  StockReleased: { type: "StockReleased", data: reservation },
  StockShipped: { type: "StockShipped", data: reservation },
};

/** One valid example of every command, to the same item. */
export const stockItemCommandExamples: {
  readonly [Type in StockItemCommand["type"]]: Extract<StockItemCommand, { type: Type }>;
} = {
  ReceiveStock: { type: "ReceiveStock", data: { sku, quantity: 10 } },
  ReserveStock: { type: "ReserveStock", data: reservation },
  ReleaseStock: { type: "ReleaseStock", data: { sku, orderId } },
  ShipStock: { type: "ShipStock", data: { sku, orderId } },
};
