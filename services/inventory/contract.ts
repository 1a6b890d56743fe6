import { z } from "zod";
import { type CommandOf, defineEvents, type EventOf, field } from "@headwater/core";

/** A stock keeping unit, as printed on the shelf. */
export const skuSchema = z.string()
  .regex(/^[A-Za-z0-9._-]{1,50}$/, "Must be 1 to 50 letters, digits or ._-")
  .refine((sku) => sku !== "." && sku !== "..", "Must not be a path");

/** 1 to 1,000,000 pieces. */
export const quantitySchema = z.int().min(1).max(1_000_000);

/** A quantity summed over the lines of an order. */
const summedQuantity = z.int().positive();
const reservation = { sku: skuSchema, orderId: field.id, quantity: summedQuantity };

export const stockItemEvents = defineEvents("stockItem", {
  StockReceived: z.object({ sku: skuSchema, quantity: quantitySchema }),
  StockReserved: z.object(reservation),
  StockReservationRejected: z.object({
    ...reservation,
    available: z.int().nonnegative(),
    reason: field.outsideText(500),
  }),
  StockReleased: z.object(reservation),
  StockShipped: z.object(reservation),
});
export type StockItemEvent = EventOf<typeof stockItemEvents>;

const thisReservation = z.strictObject({ sku: skuSchema, orderId: field.id });

export const stockItemCommands = {
  ReceiveStock: z.strictObject({ sku: skuSchema, quantity: quantitySchema }),
  ReserveStock: z.strictObject(reservation),
  ReleaseStock: thisReservation,
  ShipStock: thisReservation,
};
export type StockItemCommand = CommandOf<typeof stockItemCommands>;
