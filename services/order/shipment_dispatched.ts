import type { EventLog } from "@headwater/core";
import { shipmentEvents, shipmentIdOf } from "@shop/shipping/contract";

/** Whether the order's parcel has left, as the log knows it now: a read model could be a moment late. */
export async function shipmentDispatched(log: EventLog, orderId: string): Promise<boolean> {
  const stream = `${shipmentEvents.category}-${shipmentIdOf(orderId)}`;
  for await (const page of log.read(stream)) {
    if (page.some(({ type }) => type === "ShipmentDispatched")) return true;
  }
  return false;
}
