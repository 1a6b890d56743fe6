import type { Sql } from "postgres";
import type { View } from "@headwater/core";
import { type ShipmentEvent, shipmentEvents } from "./contract.ts";

type ShipmentRow = {
  shipment_id: string;
  order_id: string;
  status: "arranged" | "refused" | "dispatched" | "delivered" | "cancelled";
  reason: string | null;
};

export const shipmentView: View<ShipmentRow, ShipmentEvent> = {
  name: "shipments",
  version: 1,
  table: "shipment",
  columns: `
    shipment_id text primary key,
    order_id text not null,
    status text not null,
    reason text`,
  indexes: ["create index if not exists shipment_order on shipment (order_id)"],
  keyColumn: "shipment_id",
  reads: [shipmentEvents],
  key: ({ data }) => data.shipmentId,
  evolve(row, event) {
    switch (event.type) {
      case "ShipmentArranged":
        return {
          shipment_id: event.data.shipmentId,
          order_id: event.data.orderId,
          status: "arranged",
          reason: null,
        };
      case "ShipmentRefused":
        return {
          shipment_id: event.data.shipmentId,
          order_id: event.data.orderId,
          status: "refused",
          reason: event.data.reason,
        };
      case "ShipmentDispatched":
        return row && { ...row, status: "dispatched" };
      case "ShipmentDelivered":
        return row && { ...row, status: "delivered" };
      case "ShipmentCancelled":
        return row && { ...row, status: "cancelled" };
      case "ShipmentCancellationRejected":
        return row;
    }
  },
};

export async function findShipment(sql: Sql, orderId: string) {
  const [row] = await sql<ShipmentRow[]>`select * from shipment where order_id = ${orderId}`;
  return row && {
    shipmentId: row.shipment_id,
    orderId: row.order_id,
    status: row.status,
    ...(row.reason !== null && { reason: row.reason }),
  };
}
