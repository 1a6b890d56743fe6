import type { eventLog, EventOf } from "@headwater/core";
import { randomOf } from "@headwater/testing";
import { orderEvents } from "@shop/order/contract";

type OrderEvent = EventOf<typeof orderEvents>;

/** An event and the stream that it goes to. */
export type HistoryEvent = { readonly stream: string; readonly event: eventLog.NewEvent };

/** Orders that are under way at the same time. */
const underWay = 20_000;
const eventsPerOrder = 5;
const skus = 1_000;
const customers = 50_000;
const cities = ["Berlin", "Łódź", "Lyon", "Porto", "Turku"] as const;

/**
 * What an order service has in its log: five events per order on average, of orders that go on side by side, so that an
 * order's events lie far apart. The same choices each time; ids of events are random.
 */
export function* orderHistory({ events }: { readonly events: number }): Generator<HistoryEvent> {
  const random = randomOf(4_711);
  const pick = (count: number) => Math.floor(random() * count);
  const orders = Math.ceil(events / eventsPerOrder);
  let begun = 0;
  const begin = () => lifeOf(begun++, pick)[Symbol.iterator]();
  const open = Array.from({ length: Math.min(underWay, Math.ceil(orders / 10)) }, begin);
  for (let count = 0; count < events;) {
    const place = pick(open.length);
    const { value, done } = open[place]!.next();
    if (done) open[place] = begin();
    else {
      yield value;
      count++;
    }
  }
}

/** All events of the n-th order. */
export function* lifeOf(n: number, pick: (count: number) => number): Generator<HistoryEvent> {
  const orderId = `7f3a0000-5b1e-4c00-9000-${n.toString(16).padStart(12, "0")}`;
  const lines = Array.from({ length: 1 + pick(3) }, () => ({
    sku: `SKU${pick(skus)}`,
    quantity: 1 + pick(4),
    unitPrice: 99 + pick(20_000),
  }));
  const reason = "The customer has changed their mind";
  const placed: OrderEvent = {
    type: "OrderPlaced",
    data: {
      orderId,
      customerId: `customer-${pick(customers)}`,
      currency: "EUR",
      lines,
      shippingAddress: {
        name: "Ada Lovelace",
        line1: `${1 + pick(200)} Analytical Row`,
        city: cities[pick(cities.length)]!,
        postalCode: String(10_000 + pick(80_000)),
        country: "DE",
      },
      paymentMethod: "pm_ok",
      total: lines.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice, 0),
    },
  };
  const started: OrderEvent = {
    type: "OrderCancellationStarted",
    data: { orderId, reason, by: "customer" },
  };
  const confirmed: OrderEvent = { type: "OrderConfirmed", data: { orderId } };
  const shipped: OrderEvent = { type: "OrderShipped", data: { orderId } };
  const delivered: OrderEvent = { type: "OrderDelivered", data: { orderId } };
  const stories: readonly (readonly OrderEvent[])[] = [
    [placed, confirmed, shipped, delivered],
    [
      placed,
      confirmed,
      started,
      { type: "OrderConfirmationWithdrawn", data: { orderId } },
      { type: "OrderCancelled", data: { orderId, reason } },
    ],
    [
      placed,
      confirmed,
      started,
      { type: "OrderCancellationRejected", data: { orderId, reason } },
      shipped,
      delivered,
    ],
  ];
  const correlationId = crypto.randomUUID();
  for (const { type, data } of stories[n % stories.length]!) {
    const id = crypto.randomUUID();
    yield {
      stream: `order-${orderId}`,
      event: {
        id,
        type,
        data,
        metadata: {
          $correlationId: correlationId,
          $causationId: id,
          commandId: id,
          commandHash: "zYQ0nHqY0o5bY3n1h3p5v1J6c2x8m4k7r9s0t1u2v3w",
          schemaVersion: type === "OrderCancellationStarted" ? 2 : 1,
        },
      },
    };
  }
}
