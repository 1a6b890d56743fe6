import { z } from "zod";
import {
  type CommandOf,
  defineEvents,
  derivedId,
  type EventOf,
  idSchema,
  textSchema,
} from "@headwater/core";

const shipment = { shipmentId: z.string(), orderId: idSchema };
const address = z.object({
  name: textSchema(200),
  line1: textSchema(200),
  city: textSchema(100),
  postalCode: textSchema(20),
  country: textSchema(60),
});

export const shipmentEvents = defineEvents("shipment", {
  ShipmentArranged: z.object({ ...shipment, address }),
  ShipmentRefused: z.object({ ...shipment, reason: z.string() }),
  ShipmentDispatched: z.object(shipment),
  ShipmentDelivered: z.object(shipment),
  ShipmentCancelled: z.object(shipment),
  /** The parcel had left before the cancellation came. */
  ShipmentCancellationRejected: z.object({ ...shipment, reason: z.string() }),
});
export type ShipmentEvent = EventOf<typeof shipmentEvents>;

export const shipmentCommands = {
  ArrangeShipment: z.strictObject({ orderId: idSchema, address: z.strictObject(address.shape) }),
  CancelShipment: z.strictObject({ orderId: idSchema }),
  DispatchShipment: z.strictObject({ shipmentId: idSchema }),
  DeliverShipment: z.strictObject({ shipmentId: idSchema }),
};
export type ShipmentCommand = CommandOf<typeof shipmentCommands>;

/** An order has one shipment, and everybody can tell its id. */
export function shipmentIdOf(orderId: string): string {
  return derivedId("shipment", orderId);
}
