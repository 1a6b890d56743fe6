import { column, type EventOf, type RowOf, view } from "@headwater/core";
import { stockItemEvents } from "@shop/inventory/contract";
import { notificationEvents } from "@shop/notification/contract";
import { fulfilmentEvents, orderEvents, paymentReminderEvents } from "@shop/order/contract";
import { paymentEvents } from "@shop/payment/contract";
import { shipmentEvents } from "@shop/shipping/contract";
import type { Sql } from "postgres";
import { z } from "zod";

const reads = [
  orderEvents,
  fulfilmentEvents,
  paymentReminderEvents,
  stockItemEvents,
  paymentEvents,
  shipmentEvents,
  notificationEvents,
];

const serviceOfCategory: Readonly<Record<string, string>> = {
  order: "order",
  fulfilment: "order",
  paymentReminder: "order",
  stockItem: "inventory",
  payment: "payment",
  shipment: "shipping",
  notification: "notification",
};

/** Every event that has to do with an order, over all services. */
export const orderTimelineView = view({
  name: "order-timelines",
  version: 3,
  module: import.meta.url,
  table: "order_timeline",
  reads,
  columns: {
    eventId: column.text(),
    orderId: column.text(),
    /** Of who placed it, where it was placed. */
    customerId: column.text().nullable(),
    position: column.integer(),
    at: column.text(),
    service: column.text(),
    stream: column.text(),
    revision: column.integer(),
    type: column.text(),
    data: column.json(),
    causationId: column.text(),
    step: column.text().nullable(),
    compensates: column.text().nullable(),
  },
  primaryKey: "eventId",
  indexes: [["orderId", "position"], ["customerId", "position"], ["position"]],
  // The same event id may stand in two streams.
  key: (event) => orderIdOf(event) && `${event.stream}/${event.revision}`,
  evolve(_row, event) {
    const orderId = orderIdOf(event);
    if (orderId === undefined) return undefined;
    const { step = null, compensates = null } = stepOf(event);
    return {
      eventId: `${event.stream}/${event.revision}`,
      orderId,
      customerId: event.type === "OrderPlaced" ? event.data.customerId : null,
      position: event.position,
      at: event.recordedAt,
      service: serviceOf(event.stream),
      stream: event.stream,
      revision: event.revision,
      type: event.type,
      data: event.data,
      causationId: event.metadata.$causationId,
      step,
      compensates,
    };
  },
});

function serviceOf(stream: string): string {
  const [category = ""] = stream.split("-");
  return serviceOfCategory[category] ?? "";
}

type TimelineEvent = EventOf<(typeof reads)[number]>;

function orderIdOf({ data }: TimelineEvent): string | undefined {
  return "orderId" in data ? data.orderId : undefined;
}

/** The process's word that a step was done; the service's own event beside it says what that meant. */
function stepOf(event: TimelineEvent): { step?: string; compensates?: string } {
  return event.type === "StepDone" ? event.data : {};
}

/** As clients are shown it. */
export const timelineItemAnswer = column.schemaOf(orderTimelineView.columns)
  .omit({ eventId: true, orderId: true, customerId: true })
  .extend({
    at: z.iso.datetime(),
    step: z.string().optional(),
    compensates: z.string().optional(),
  })
  .meta({ id: "TimelineItem" });

export function timelineItem(
  { eventId: _, orderId: __, customerId: ___, step, compensates, ...event }: RowOf<
    typeof orderTimelineView
  >,
): z.output<typeof timelineItemAnswer> {
  return {
    ...event,
    ...(step !== null && { step }),
    ...(compensates !== null && { compensates }),
  };
}

export async function orderTimeline(sql: Sql, orderId: string) {
  const rows = await sql<RowOf<typeof orderTimelineView>[]>`
    select ${orderTimelineView.select(sql)} from ${orderTimelineView.from(sql)}
    where order_id = ${orderId} order by order_timeline.position`;
  return rows.map(timelineItem);
}
