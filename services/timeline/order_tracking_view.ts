import { column, type EventOf, view } from "@headwater/core";
import { stockItemEvents } from "@shop/inventory/contract";
import { orderEvents, orderStatuses } from "@shop/order/contract";
import { paymentEvents } from "@shop/payment/contract";
import { shipmentEvents } from "@shop/shipping/contract";
import type { Sql } from "postgres";
import { z } from "zod";

const reads = [orderEvents, stockItemEvents, paymentEvents, shipmentEvents];
type TrackedEvent = EventOf<(typeof reads)[number]>;
const reservation = z.object({
  sku: z.string(),
  quantity: z.int(),
  status: z.enum(["reserved", "rejected", "released", "shipped"]),
});
type Reservation = z.output<typeof reservation>;

const payment = column.text(["pending", "charged", "declined", "refunded", "unknown"]);
const shipment = column.text(["arranged", "refused", "dispatched", "delivered", "cancelled"]);

const columns = {
  orderId: column.text(),
  status: column.text(orderStatuses),
  reason: column.text().nullable(),
  payment: payment.nullable(),
  /** In the sequence in which they were first tried. */
  reservations: column.json(z.array(reservation)),
  shipmentId: column.text().nullable(),
  shipment: shipment.nullable(),
  placedAt: column.timestamp(),
  chargedAt: column.timestamp().nullable(),
  confirmedAt: column.timestamp().nullable(),
  dispatchedAt: column.timestamp().nullable(),
  deliveredAt: column.timestamp().nullable(),
  cancelledAt: column.timestamp().nullable(),
  refundedAt: column.timestamp().nullable(),
  changedAt: column.timestamp(),
};

type TrackingRow = { readonly [Name in keyof typeof columns]: (typeof columns)[Name]["value"] };

/** Where an order stands in four services: one row for each, made of the events of all of them. */
export const orderTrackingView = view({
  name: "order-tracking",
  version: 2,
  module: import.meta.url,
  reads,
  columns,
  primaryKey: "orderId",
  key: ({ data }) => "orderId" in data ? data.orderId : undefined,
  evolve(row, event, orderId) {
    const { type, recordedAt } = event;
    if (type === "OrderPlaced") return placed(orderId, recordedAt);
    return row && { ...row, ...changeOf(row, event), changedAt: recordedAt };
  },
});

function placed(orderId: string, at: string): TrackingRow {
  return {
    orderId,
    status: "placed",
    reason: null,
    payment: null,
    reservations: [],
    shipmentId: null,
    shipment: null,
    placedAt: at,
    chargedAt: null,
    confirmedAt: null,
    dispatchedAt: null,
    deliveredAt: null,
    cancelledAt: null,
    refundedAt: null,
    changedAt: at,
  };
}

function changeOf(
  row: TrackingRow,
  { type, data, recordedAt: at }: TrackedEvent & { readonly recordedAt: string },
): Partial<TrackingRow> {
  switch (type) {
    case "OrderPaymentOverdue":
      return {};
    case "OrderConfirmed":
      return { status: "confirmed", confirmedAt: at };
    case "OrderConfirmationWithdrawn":
      return { confirmedAt: null };
    case "OrderCancellationStarted":
      return { status: "cancelling", reason: data.reason };
    case "OrderCancellationRejected":
      return { status: "confirmed", reason: null };
    case "OrderCancelled":
      return { status: "cancelled", reason: data.reason, cancelledAt: at };
    case "OrderShipped":
      return { status: "shipped" };
    case "OrderDelivered":
      return { status: "delivered" };

    case "StockReserved":
      return { reservations: reserved(row, { ...data, status: "reserved" }) };
    case "StockReservationRejected":
      return { reservations: reserved(row, { ...data, status: "rejected" }) };
    case "StockReleased":
      return { reservations: reserved(row, { ...data, status: "released" }) };
    case "StockShipped":
      return { reservations: reserved(row, { ...data, status: "shipped" }) };

    case "PaymentRequested":
      return { payment: "pending" };
    case "PaymentOutcomeUnknown":
      return { payment: "unknown" };
    case "PaymentCharged":
      return { payment: "charged", chargedAt: at };
    case "PaymentDeclined":
      return { payment: "declined" };
    case "PaymentRefunded":
      return { payment: "refunded", refundedAt: at };

    case "ShipmentArranged":
      return { shipmentId: data.shipmentId, shipment: "arranged" };
    case "ShipmentRefused":
      return { shipmentId: data.shipmentId, shipment: "refused" };
    case "ShipmentDispatched":
      return { shipment: "dispatched", dispatchedAt: at };
    case "ShipmentDelivered":
      return { shipment: "delivered", deliveredAt: at };
    case "ShipmentCancelled":
      return { shipment: "cancelled" };

    case "OrderPlaced":
    case "StockReceived":
    case "PaymentAttemptFailed":
    case "ShipmentCancellationRejected":
      return {};
  }
}

/** One for each SKU, as it is now. */
function reserved(
  { reservations }: TrackingRow,
  { sku, quantity, status }: Reservation,
): Reservation[] {
  const now = { sku, quantity, status };
  return reservations.some((one) => one.sku === sku)
    ? reservations.map((one) => one.sku === sku ? now : one)
    : [...reservations, now];
}

const rows = column.schemaOf(columns).shape;

/** As clients are shown it; `times` has those that there are. */
export const orderTrackingAnswer = z.object({
  orderId: rows.orderId,
  status: rows.status,
  reason: z.string().optional(),
  payment: z.object({ status: payment.schema }).nullable(),
  reservations: rows.reservations,
  shipment: z.object({ shipmentId: rows.shipmentId, status: shipment.schema }).nullable(),
  times: z.record(z.string(), z.iso.datetime()),
}).meta({ id: "OrderTracking" });

export async function orderTracking(
  sql: Sql,
  orderId: string,
): Promise<z.output<typeof orderTrackingAnswer> | undefined> {
  const [row] = await sql<TrackingRow[]>`
    select ${orderTrackingView.select(sql)} from ${orderTrackingView.from(sql)}
    where order_id = ${orderId}`;
  if (!row) return undefined;
  const { status, reason, payment, reservations, shipmentId, shipment, ...times } = row;
  const { orderId: _, ...at } = times;
  return {
    orderId,
    status,
    ...(reason !== null && { reason }),
    payment: payment && { status: payment },
    reservations,
    shipment: shipment && { shipmentId, status: shipment },
    times: Object.fromEntries(
      Object.entries(at).flatMap(([name, time]) => time === null ? [] : [[name, time]]),
    ),
  };
}
