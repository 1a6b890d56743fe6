import type { Sql } from "postgres";
import { stockItemEvents } from "@shop/inventory/contract";
import { notificationEvents } from "@shop/notification/contract";
import { type FulfilmentEvent, fulfilmentEvents, orderEvents } from "@shop/order/contract";
import { paymentEvents } from "@shop/payment/contract";
import { categoryOf, type DomainEvent, type View } from "@headwater/core";
import { shipmentEvents } from "@shop/shipping/contract";

type TimelineRow = {
  event_id: string;
  order_id: string;
  position: number;
  at: string;
  service: string;
  stream: string;
  revision: number;
  type: string;
  data: unknown;
  causation_id: string;
  step: string | null;
  compensates: string | null;
};

const serviceOfCategory: Readonly<Record<string, string>> = {
  order: "order",
  fulfilment: "order",
  stockItem: "inventory",
  payment: "payment",
  shipment: "shipping",
  notification: "notification",
};

/** Every event that has to do with an order, over all services. */
export const orderTimelineView: View<TimelineRow, DomainEvent> = {
  name: "order-timelines",
  version: 1,
  table: "order_timeline",
  columns: `
    event_id text primary key,
    order_id text not null,
    position bigint not null,
    at text not null,
    service text not null,
    stream text not null,
    revision bigint not null,
    type text not null,
    data jsonb not null,
    causation_id text not null,
    step text,
    compensates text`,
  indexes: [
    "create index if not exists order_timeline_order on order_timeline (order_id, position)",
  ],
  keyColumn: "event_id",
  reads: [
    orderEvents,
    fulfilmentEvents,
    stockItemEvents,
    paymentEvents,
    shipmentEvents,
    notificationEvents,
  ],
  // The same event id may stand in two streams.
  key: (event) => orderIdOf(event) && `${event.stream}/${event.revision}`,
  evolve(_row, event) {
    const orderId = orderIdOf(event);
    if (orderId === undefined) return undefined;
    const { step, compensates } = stepOf(event);
    return {
      event_id: `${event.stream}/${event.revision}`,
      order_id: orderId,
      position: event.position,
      at: event.recordedAt,
      service: serviceOfCategory[categoryOf(event.stream)] ?? "",
      stream: event.stream,
      revision: event.revision,
      type: event.type,
      data: event.data,
      causation_id: event.metadata.$causationId,
      step: step ?? null,
      compensates: compensates ?? null,
    };
  },
};

function orderIdOf({ data }: DomainEvent): string | undefined {
  return (data as { orderId?: string }).orderId;
}

/** The process's word that a step was done; the service's own event beside it says what that meant. */
function stepOf(event: DomainEvent): { step?: string; compensates?: string } {
  return (event as FulfilmentEvent).type === "StepDone"
    ? (event as Extract<FulfilmentEvent, { type: "StepDone" }>).data
    : {};
}

export async function orderTimeline(sql: Sql, orderId: string) {
  const rows = await sql<TimelineRow[]>`
    select * from order_timeline where order_id = ${orderId} order by position`;
  return rows.map((row) => ({
    position: row.position,
    at: row.at,
    service: row.service,
    stream: row.stream,
    revision: row.revision,
    type: row.type,
    data: row.data,
    causationId: row.causation_id,
    ...(row.step !== null && { step: row.step }),
    ...(row.compensates !== null && { compensates: row.compensates }),
  }));
}
