import { eventLog } from "@headwater/core";
import type { PlainEvent } from "./plain_event.ts";

/** All that the log holds about one order, over all services. */
export type OrderFacts = {
  readonly orderId: string;
  readonly status: string;
  readonly total: number;
  /** Ordered pieces by SKU. */
  readonly quantities: ReadonlyMap<string, number>;
  /** In log order. */
  readonly events: readonly PlainEvent[];
};

const statusAfter: Readonly<Record<string, string>> = {
  OrderPlaced: "placed",
  OrderConfirmed: "confirmed",
  OrderCancellationStarted: "cancelling",
  OrderCancellationRejected: "confirmed",
  OrderCancelled: "cancelled",
  OrderShipped: "shipped",
  OrderDelivered: "delivered",
};

const standing = ["confirmed", "shipped", "delivered"];

/** By order id. An order that others speak of but nobody placed has the status "never placed". */
export function orderFacts(events: readonly PlainEvent[]): Map<string, OrderFacts> {
  const byOrder = Map.groupBy(events, orderIdOf);
  byOrder.delete(undefined);
  return new Map([...byOrder].map(([id = "", own]) => [id, factsOf(id, own)]));
}

/** It is what the customer wanted, or on the way to it. */
export function stands({ status }: OrderFacts): boolean {
  return standing.includes(status);
}

/** Nothing happens to it any more without somebody's asking. */
export function isFinal(order: OrderFacts): boolean {
  return stands(order) || order.status === "cancelled";
}

export function countOf({ events }: OrderFacts, type: string): number {
  return events.filter((event) => event.type === type).length;
}

/** What the order's events of this type add up to in one of their fields. */
export function sumOf(
  { events }: OrderFacts,
  { type, field, sku }: {
    readonly type: string;
    readonly field: "amount" | "quantity";
    readonly sku?: string;
  },
): number {
  return events
    .filter((event) => event.type === type && (sku === undefined || event.data.sku === sku))
    .reduce((sum, { data }) => sum + (data[field] ?? 0), 0);
}

/** Which order it has to do with. */
export function orderIdOf(event: PlainEvent): string | undefined {
  if (event.data.orderId !== undefined) return event.data.orderId;
  return eventLog.categoryOf(event.stream) === "order" ? eventLog.idOf(event.stream) : undefined;
}

/** Of one order's events. */
export function factsOf(orderId: string, events: readonly PlainEvent[]): OrderFacts {
  const placed = events.find(({ type }) => type === "OrderPlaced")?.data;
  const quantities = new Map<string, number>();
  for (const { sku, quantity } of placed?.lines ?? []) {
    quantities.set(sku, (quantities.get(sku) ?? 0) + quantity);
  }
  const status = events.reduce((before, { type }) => statusAfter[type] ?? before, "never placed");
  return { orderId, status, total: placed?.total ?? 0, quantities, events };
}

/** What is still to happen to it without anybody's asking; undefined: it is at rest. */
export function outstandingOf(order: OrderFacts): string | undefined {
  if (!isFinal(order)) return `is "${order.status}"`;
  const kind = stands(order) ? "order-confirmed" : "order-cancelled";
  const told = order.events.some(({ type, data }) =>
    type === "NotificationSent" && data.kind === kind
  );
  if (!told) return `is "${order.status}" and its customer was not told`;
  if (countOf(order, "ShipmentDelivered") > 0 && order.status !== "delivered") {
    return `was delivered and is "${order.status}"`;
  }
  return countOf(order, "ShipmentDispatched") > 0 && order.status === "confirmed"
    ? "was dispatched and is not shipped"
    : undefined;
}
