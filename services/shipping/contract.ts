import { z } from "zod";
import { type CommandOf, defineEvents, derivedId, type EventOf, field } from "@headwater/core";

const shipment = { shipmentId: z.string(), orderId: field.id };
const reason = field.outsideText(500);
const address = z.object({
  name: field.text(200),
  line1: field.text(200),
  city: field.text(100),
  postalCode: field.text(20),
  country: field.text(60),
});

export const shipmentEvents = defineEvents("shipment", {
  ShipmentArranged: z.object({ ...shipment, address }),
  ShipmentRefused: z.object({ ...shipment, reason }),
  ShipmentDispatched: z.object(shipment),
  ShipmentDelivered: z.object(shipment),
  ShipmentCancelled: z.object(shipment),
  /** The parcel had left before the cancellation came. */
  ShipmentCancellationRejected: z.object({ ...shipment, reason }),
});
export type ShipmentEvent = EventOf<typeof shipmentEvents>;

export const shipmentCommands = {
  ArrangeShipment: z.strictObject({ orderId: field.id, address: z.strictObject(address.shape) }),
  CancelShipment: z.strictObject({ orderId: field.id }),
  DispatchShipment: z.strictObject({ shipmentId: field.id }),
  DeliverShipment: z.strictObject({ shipmentId: field.id }),
};
export type ShipmentCommand = CommandOf<typeof shipmentCommands>;

/** An order has one shipment, and everybody can tell its id. */
export function shipmentIdOf(orderId: string): string {
  return derivedId("shipment", orderId);
}
