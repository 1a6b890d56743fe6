import { type ShipmentCommand, type ShipmentEvent, shipmentIdOf } from "./contract.ts";

const orderId = "order-1";
const shipmentId = shipmentIdOf(orderId);
const shipment = { shipmentId, orderId };
const address = {
  name: "Ada Lovelace",
  line1: "1 Analytical Way",
  city: "London",
  postalCode: "W1S 4BS",
  country: "GB",
};

/** One valid example of every event; they are all of the same shipment. */
export const shipmentEventExamples: {
  readonly [Type in ShipmentEvent["type"]]: Extract<ShipmentEvent, { type: Type }>;
} = {
  ShipmentArranged: { type: "ShipmentArranged", data: { ...shipment, address } },
  ShipmentRefused: {
    type: "ShipmentRefused",
    data: { ...shipment, reason: "address-undeliverable" },
  },
  ShipmentDispatched: { type: "ShipmentDispatched", data: shipment },
  ShipmentDelivered: { type: "ShipmentDelivered", data: shipment },
  ShipmentCancelled: { type: "ShipmentCancelled", data: shipment },
  ShipmentCancellationRejected: {
    type: "ShipmentCancellationRejected",
    data: { ...shipment, reason: "shipment-already-dispatched" },
  },
};

/** One valid example of every command, to the same shipment. */
export const shipmentCommandExamples: {
  readonly [Type in ShipmentCommand["type"]]: Extract<ShipmentCommand, { type: Type }>;
} = {
  ArrangeShipment: { type: "ArrangeShipment", data: { orderId, address } },
  CancelShipment: { type: "CancelShipment", data: { orderId } },
  DispatchShipment: { type: "DispatchShipment", data: { shipmentId } },
  DeliverShipment: { type: "DeliverShipment", data: { shipmentId } },
};
