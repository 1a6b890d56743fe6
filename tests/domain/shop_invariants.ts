import assert from "node:assert/strict";
import { type StockItemEvent, stockItemEvents } from "@shop/inventory/contract";
import { type NotificationEvent, notificationEvents } from "@shop/notification/contract";
import { type OrderEvent, orderEvents } from "@shop/order/contract";
import { type PaymentEvent, paymentEvents } from "@shop/payment/contract";
import type { Recorded } from "@headwater/core";
import { type ShipmentEvent, shipmentEvents } from "@shop/shipping/contract";

type ShopEvent = OrderEvent | StockItemEvent | PaymentEvent | ShipmentEvent | NotificationEvent;

/**
 * Asserts what must hold whenever the shop is at rest, from nothing but its log: every order ended well or was undone
 * completely and in reverse order, stock adds up, money is where it should be, every customer was told once.
 */
export function assertShopInvariants(recorded: readonly Recorded[]): void {
  const events = recorded.flatMap(decoded);
  for (const [sku, ofItem] of Map.groupBy(events.filter(isStock), ({ data }) => data.sku)) {
    assertStockAddsUp(sku, ofItem);
  }
  const ofOrders = Map.groupBy(events, ({ data }) => "orderId" in data ? data.orderId : undefined);
  for (const [orderId, ofOrder] of ofOrders) {
    if (orderId !== undefined) assertOrderEndedWell(orderId, ofOrder);
  }
}

const schemas = [orderEvents, stockItemEvents, paymentEvents, shipmentEvents, notificationEvents];

function decoded(recorded: Recorded): ShopEvent[] {
  const owner = schemas.find(({ category }) => recorded.stream.startsWith(`${category}-`));
  const event = owner?.decode(recorded);
  return event ? [event as Recorded<ShopEvent>] : [];
}

function isStock(event: ShopEvent): event is StockItemEvent {
  return stockItemEvents.types.includes(event.type as StockItemEvent["type"]);
}

function assertStockAddsUp(sku: string, events: readonly StockItemEvent[]): void {
  const sums = { received: 0, available: 0, reserved: 0, shipped: 0 };
  for (const { type, data: { quantity } } of events) {
    if (type === "StockReceived") {
      sums.received += quantity;
      sums.available += quantity;
    } else if (type === "StockReserved") {
      sums.available -= quantity;
      sums.reserved += quantity;
    } else if (type === "StockReleased") {
      sums.reserved -= quantity;
      sums.available += quantity;
    } else if (type === "StockShipped") {
      sums.reserved -= quantity;
      sums.shipped += quantity;
    }
    const { received, available, reserved, shipped } = sums;
    assert.equal(received, available + reserved + shipped, `stock of ${sku} adds up`);
    assert.ok(Math.min(available, reserved, shipped) >= 0, `stock of ${sku} is never negative`);
  }
}

function assertOrderEndedWell(orderId: string, events: readonly ShopEvent[]): void {
  const count = (type: ShopEvent["type"]) => events.filter((event) => event.type === type).length;
  assert.equal(count("OrderPlaced"), 1, `order ${orderId} was placed once`);
  const cancelled = count("OrderCancelled") > 0;
  const shipped = count("ShipmentDispatched") > 0;
  assert.ok(
    !(cancelled && shipped),
    `order ${orderId} is not cancelled with its parcel on the way`,
  );
  assert.equal(count("OrderShipped"), shipped ? 1 : 0, `order ${orderId} is marked as shipped`);
  const delivered = count("ShipmentDelivered") > 0;
  assert.equal(count("OrderDelivered"), delivered ? 1 : 0, `order ${orderId} is marked delivered`);
  assert.equal(
    count("OrderCancellationStarted"),
    count("OrderCancelled") + count("OrderCancellationRejected"),
    `every cancellation of order ${orderId} came to an end`,
  );
  assertUndone(orderId, { events, cancelled });
  assertMoney(orderId, { events, cancelled });
  assertStock(orderId, { events, cancelled, shipped });
  for (const kind of ["order-confirmed", "order-cancelled"] as const) {
    const sent = events.filter(({ type, data }) =>
      type === "NotificationSent" && data.kind === kind
    );
    assert.ok(sent.length <= 1, `the customer of order ${orderId} was told "${kind}" once`);
    const due = kind === "order-cancelled" ? cancelled : !cancelled;
    if (due) assert.equal(sent.length, 1, `the customer of order ${orderId} was told "${kind}"`);
    else if (cancelled === false) assert.equal(sent.length, 0, `order ${orderId} stands`);
  }
}

type Ending = { readonly events: readonly ShopEvent[]; readonly cancelled: boolean };

const forward: Readonly<Partial<Record<ShopEvent["type"], string>>> = {
  StockReserved: "stock",
  PaymentCharged: "payment",
  OrderConfirmed: "confirmation",
  ShipmentArranged: "shipment",
};
const undoing: Readonly<Partial<Record<ShopEvent["type"], string>>> = {
  StockReleased: "stock",
  PaymentRefunded: "payment",
  OrderConfirmationWithdrawn: "confirmation",
  ShipmentCancelled: "shipment",
};

function assertUndone(orderId: string, { events, cancelled }: Ending): void {
  const name = (step: string, { data }: ShopEvent) => "sku" in data ? `${step} ${data.sku}` : step;
  const steps = (of: typeof forward) =>
    events.flatMap((event) => {
      const step = of[event.type];
      return step === undefined ? [] : [name(step, event)];
    });
  const taken = steps(forward);
  assert.equal(new Set(taken).size, taken.length, `order ${orderId}: no step was taken twice`);
  assert.deepEqual(
    steps(undoing),
    cancelled ? taken.toReversed() : [],
    `order ${orderId}: what was done is undone in reverse order, and only then`,
  );
}

function assertMoney(orderId: string, { events, cancelled }: Ending): void {
  let total = 0, charged = 0, refunded = 0;
  for (const { type, data } of events) {
    if (type === "OrderPlaced") total = data.total;
    if (type === "PaymentCharged") charged += data.amount;
    if (type === "PaymentRefunded") refunded += data.amount;
  }
  assert.equal(charged - refunded, cancelled ? 0 : total, `order ${orderId}: money kept`);
}

function assertStock(orderId: string, ending: Ending & { readonly shipped: boolean }): void {
  const { events, cancelled, shipped } = ending;
  const wanted = new Map<string, number>();
  const held = new Map<string, number>();
  const sent = new Map<string, number>();
  const add = (to: Map<string, number>, sku: string, quantity: number) =>
    void to.set(sku, (to.get(sku) ?? 0) + quantity);
  for (const { type, data } of events) {
    if (type === "OrderPlaced") {
      for (const { sku, quantity } of data.lines) add(wanted, sku, quantity);
    }
    if (type === "StockReserved") add(held, data.sku, data.quantity);
    if (type === "StockReleased" || type === "StockShipped") add(held, data.sku, -data.quantity);
    if (type === "StockShipped") add(sent, data.sku, data.quantity);
  }
  const heldNow = new Map([...held].filter(([, quantity]) => quantity !== 0));
  const none = new Map<string, number>();
  assert.deepEqual(
    sorted(heldNow),
    sorted(cancelled || shipped ? none : wanted),
    `held ${orderId}`,
  );
  assert.deepEqual(sorted(sent), sorted(shipped ? wanted : none), `shipped ${orderId}`);
}

function sorted(quantities: ReadonlyMap<string, number>): [string, number][] {
  return [...quantities].sort(([a], [b]) => (a < b ? -1 : 1));
}
