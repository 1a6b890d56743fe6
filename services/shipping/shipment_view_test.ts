import { rowsAfter } from "@headwater/testing";
import assert from "node:assert/strict";
import { type ShipmentEvent, shipmentIdOf } from "./contract.ts";
import { shipmentEventExamples as event } from "./examples.ts";
import { shipmentView } from "./shipment_view.ts";

const shipmentId = shipmentIdOf("order-1");

function rowAfter(...events: ShipmentEvent[]) {
  return rowsAfter(shipmentView, ...events).get(shipmentId);
}

Deno.test("a shipment's row follows its status", () => {
  const { ShipmentArranged, ShipmentDispatched, ShipmentDelivered, ShipmentCancelled } = event;
  const { ShipmentCancellationRejected } = event;
  assert.deepEqual(rowAfter(ShipmentArranged), {
    shipmentId: shipmentId,
    orderId: "order-1",
    status: "arranged",
    reason: null,
  });
  const left = [ShipmentArranged, ShipmentDispatched];
  assert.equal(rowAfter(...left)?.status, "dispatched");
  assert.equal(rowAfter(...left, ShipmentCancellationRejected)?.status, "dispatched");
  assert.equal(rowAfter(...left, ShipmentDelivered)?.status, "delivered");
  assert.equal(rowAfter(ShipmentArranged, ShipmentCancelled)?.status, "cancelled");
});

Deno.test("a refused shipment says why", () => {
  const row = rowAfter(event.ShipmentRefused);
  assert.deepEqual([row?.status, row?.reason], ["refused", "address-undeliverable"]);
});

Deno.test("what happens to a shipment that was never arranged makes no row", () => {
  const { ShipmentDispatched, ShipmentDelivered, ShipmentCancelled } = event;
  for (const happened of [ShipmentDispatched, ShipmentDelivered, ShipmentCancelled]) {
    assert.equal(rowAfter(happened), undefined);
  }
});
