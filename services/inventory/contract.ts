import { z } from "zod";
import {
  type CommandOf,
  defineEvents,
  type EventOf,
  idSchema,
  quantitySchema,
  skuSchema,
} from "@headwater/core";

/** A quantity summed over the lines of an order. */
const summedQuantity = z.int().positive();
const reservation = { sku: skuSchema, orderId: idSchema, quantity: summedQuantity };

export const stockItemEvents = defineEvents("stockItem", {
  StockReceived: z.object({ sku: skuSchema, quantity: quantitySchema }),
  StockReserved: z.object(reservation),
  StockReservationRejected: z.object({
    ...reservation,
    available: z.int().nonnegative(),
    reason: z.string(),
  }),
  StockReleased: z.object(reservation),
  StockShipped: z.object(reservation),
});
export type StockItemEvent = EventOf<typeof stockItemEvents>;

const thisReservation = z.strictObject({ sku: skuSchema, orderId: idSchema });

export const stockItemCommands = {
  ReceiveStock: z.strictObject({ sku: skuSchema, quantity: quantitySchema }),
  ReserveStock: z.strictObject(reservation),
  ReleaseStock: thisReservation,
  ShipStock: thisReservation,
};
export type StockItemCommand = CommandOf<typeof stockItemCommands>;
