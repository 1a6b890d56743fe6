import { given, runCommands } from "@headwater/testing";
import fc from "fast-check";
import assert from "node:assert/strict";
import { type ShipmentEvent, shipmentEvents } from "./contract.ts";
import { shipmentCommandExamples as command, shipmentEventExamples as event } from "./examples.ts";
import { shipment, type ShipmentState } from "./shipment.ts";

const arranged = [event.ShipmentArranged];
const refused = [event.ShipmentRefused];
const cancelled = [...arranged, event.ShipmentCancelled];
const dispatched = [...arranged, event.ShipmentDispatched];
const delivered = [...dispatched, event.ShipmentDelivered];

const nowhere = {
  ...command.ArrangeShipment,
  data: {
    ...command.ArrangeShipment.data,
    address: { ...command.ArrangeShipment.data.address, postalCode: "00000" },
  },
};

Deno.test("a shipment is arranged, or refused where no carrier goes, once", () => {
  given(shipment).when(command.ArrangeShipment).yields(event.ShipmentArranged);
  given(shipment).when(nowhere).yields(event.ShipmentRefused);
  for (const history of [arranged, refused, cancelled, dispatched, delivered]) {
    given(shipment, ...history).when(command.ArrangeShipment).yieldsNothing();
  }
});

Deno.test("an arranged shipment is cancelled, once", () => {
  given(shipment, ...arranged).when(command.CancelShipment).yields(event.ShipmentCancelled);
  given(shipment, ...cancelled).when(command.CancelShipment).yieldsNothing();
  given(shipment, ...refused).when(command.CancelShipment).yieldsNothing();
  given(shipment).when(command.CancelShipment).yieldsNothing();
});

Deno.test("what has left cannot be cancelled, and whoever asked is told through the log", () => {
  for (const history of [dispatched, delivered]) {
    given(shipment, ...history).when(command.CancelShipment)
      .yields(event.ShipmentCancellationRejected);
  }
});

Deno.test("an arranged shipment is dispatched, once", () => {
  given(shipment, ...arranged).when(command.DispatchShipment).yields(event.ShipmentDispatched);
  given(shipment, ...dispatched).when(command.DispatchShipment).yieldsNothing();
  given(shipment, ...delivered).when(command.DispatchShipment).yieldsNothing();
  given(shipment, ...cancelled).when(command.DispatchShipment).isRefused("shipment-cancelled");
  given(shipment, ...refused).when(command.DispatchShipment).isRefused("shipment-refused");
  given(shipment).when(command.DispatchShipment).isRefused("shipment-unknown");
});

Deno.test("a dispatched shipment is delivered, once", () => {
  given(shipment, ...dispatched).when(command.DeliverShipment).yields(event.ShipmentDelivered);
  given(shipment, ...delivered).when(command.DeliverShipment).yieldsNothing();
  given(shipment, ...arranged).when(command.DeliverShipment).isRefused("shipment-arranged");
  given(shipment, ...cancelled).when(command.DeliverShipment).isRefused("shipment-cancelled");
  given(shipment).when(command.DeliverShipment).isRefused("shipment-unknown");
});

const mayBecome: Readonly<Record<ShipmentState["status"], readonly ShipmentState["status"][]>> = {
  none: ["arranged", "refused"],
  arranged: ["dispatched", "cancelled"],
  refused: [],
  dispatched: ["dispatched", "delivered"],
  delivered: ["delivered"],
  cancelled: [],
};

Deno.test("a shipment's status takes only steps that there are, whatever is asked of it", () => {
  const any = fc.constantFrom(...Object.values(command), nowhere);
  fc.assert(fc.property(fc.array(any), (commands) => {
    const { history } = runCommands({ decider: shipment, events: shipmentEvents }, { commands });
    let state = shipment.initialState;
    for (const happened of history) {
      const next = shipment.evolve(state, happened);
      assert.ok(mayBecome[state.status].includes(next.status), happened.type);
      state = next;
    }
    const ends: ShipmentEvent["type"][] = ["ShipmentDispatched", "ShipmentCancelled"];
    assert.ok(history.filter(({ type }) => ends.includes(type)).length <= 1);
  }));
});
