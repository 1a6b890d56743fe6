import { aggregate, Refusal } from "@headwater/core";
import {
  type ShipmentCommand,
  shipmentCommands,
  type ShipmentEvent,
  shipmentEvents,
  shipmentIdOf,
} from "./contract.ts";

export type ShipmentState = {
  readonly status: "none" | "arranged" | "refused" | "dispatched" | "delivered" | "cancelled";
  readonly orderId: string;
};

/** No carrier goes there. */
const undeliverablePostalCode = "00000";

const initialState: ShipmentState = { status: "none", orderId: "" };

export const shipment = aggregate({
  events: shipmentEvents,
  commands: shipmentCommands,
  id: ({ data }) => "shipmentId" in data ? data.shipmentId : shipmentIdOf(data.orderId),
  initialState,
  decide,
  evolve,
});

function decide(
  command: ShipmentCommand,
  { status, orderId }: ShipmentState,
): readonly ShipmentEvent[] {
  switch (command.type) {
    case "ArrangeShipment":
      return status === "none" ? arrange(command.data) : [];
    case "CancelShipment":
      return cancel(command.data.orderId, status);
    case "DispatchShipment": {
      const { shipmentId } = command.data;
      if (status === "dispatched" || status === "delivered") return [];
      if (status === "arranged") {
        return [{ type: "ShipmentDispatched", data: { shipmentId, orderId } }];
      }
      throw refusal("dispatch", shipmentId, status);
    }
    case "DeliverShipment": {
      const { shipmentId } = command.data;
      if (status === "delivered") return [];
      if (status === "dispatched") {
        return [{ type: "ShipmentDelivered", data: { shipmentId, orderId } }];
      }
      throw refusal("deliver", shipmentId, status);
    }
  }
}

function arrange(
  { orderId, address }: Extract<ShipmentCommand, { type: "ArrangeShipment" }>["data"],
): readonly ShipmentEvent[] {
  const shipmentId = shipmentIdOf(orderId);
  return address.postalCode === undeliverablePostalCode
    ? [{ type: "ShipmentRefused", data: { shipmentId, orderId, reason: "address-undeliverable" } }]
    : [{ type: "ShipmentArranged", data: { shipmentId, orderId, address } }];
}

function cancel(orderId: string, status: ShipmentState["status"]): readonly ShipmentEvent[] {
  const shipmentId = shipmentIdOf(orderId);
  switch (status) {
    case "arranged":
      return [{ type: "ShipmentCancelled", data: { shipmentId, orderId } }];
    case "dispatched":
    case "delivered": {
      const reason = "shipment-already-dispatched";
      return [{ type: "ShipmentCancellationRejected", data: { shipmentId, orderId, reason } }];
    }
    case "none":
    case "refused":
    case "cancelled":
      return [];
  }
}

function refusal(
  verb: string,
  shipmentId: string,
  status: ShipmentState["status"],
): Refusal {
  return status === "none"
    ? new Refusal("shipment-unknown", `Cannot ${verb} shipment "${shipmentId}": there is none`)
    : new Refusal(`shipment-${status}`, `Cannot ${verb} shipment "${shipmentId}": it is ${status}`);
}

function evolve(state: ShipmentState, event: ShipmentEvent): ShipmentState {
  const { orderId } = event.data;
  switch (event.type) {
    case "ShipmentArranged":
      return { status: "arranged", orderId };
    case "ShipmentRefused":
      return { status: "refused", orderId };
    case "ShipmentDispatched":
      return { status: "dispatched", orderId };
    case "ShipmentDelivered":
      return { status: "delivered", orderId };
    case "ShipmentCancelled":
      return { status: "cancelled", orderId };
    case "ShipmentCancellationRejected":
      return state;
  }
}
