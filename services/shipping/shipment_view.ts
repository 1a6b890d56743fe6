import { column, type RowOf, view } from "@headwater/core";
import type { Sql } from "postgres";
import { z } from "zod";
import { shipmentEvents } from "./contract.ts";

export const shipmentView = view({
  name: "shipments",
  version: 1,
  module: import.meta.url,
  table: "shipment",
  reads: [shipmentEvents],
  columns: {
    shipmentId: column.text(),
    orderId: column.text(),
    status: column.text(["arranged", "refused", "dispatched", "delivered", "cancelled"]),
    reason: column.text().nullable(),
  },
  primaryKey: "shipmentId",
  indexes: [["orderId"]],
  key: ({ data }) => data.shipmentId,
  evolve(row, event) {
    const { shipmentId } = event.data;
    switch (event.type) {
      case "ShipmentArranged":
        return { shipmentId, orderId: event.data.orderId, status: "arranged", reason: null };
      case "ShipmentRefused": {
        const { orderId, reason } = event.data;
        return { shipmentId, orderId, status: "refused", reason };
      }
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
});

/** A shipment as clients are shown it. */
export const shipmentAnswer = column.schemaOf(shipmentView.columns)
  .extend({ reason: z.string().optional() }).meta({ id: "Shipment" });

export async function findShipment(
  sql: Sql,
  orderId: string,
): Promise<z.output<typeof shipmentAnswer> | undefined> {
  const [row] = await sql<RowOf<typeof shipmentView>[]>`
    select ${shipmentView.select(sql)} from ${shipmentView.from(sql)} where order_id = ${orderId}`;
  if (!row) return undefined;
  const { reason, ...shipment } = row;
  return { ...shipment, ...(reason !== null && { reason }) };
}
