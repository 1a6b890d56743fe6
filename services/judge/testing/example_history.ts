import type { Evidence } from "../evidence.ts";
import type { PlainEvent } from "../plain_event.ts";

/** An event before it has its place in the log; the correlation id is that of the request that led to it. */
export type Entry = {
  readonly stream: string;
  readonly type: string;
  readonly data: PlainEvent["data"];
  readonly correlationId?: string;
};

function event(stream: string, ...[type, data]: [string, PlainEvent["data"]]): Entry {
  return { stream, type, data };
}

/** An order delivered, one cancelled after it was confirmed, and the goods of both: all as it must be. */
export const exampleEntries: readonly Entry[] = [
  {
    ...event("stockItem-TEA", "StockReceived", { sku: "TEA", quantity: 10 }),
    correlationId: "tea",
  },
  { ...event("stockItem-MUG", "StockReceived", { sku: "MUG", quantity: 5 }), correlationId: "mug" },
  ...delivered(),
  ...undeliverable(),
];

/** The evidence of a shop with this history. */
export function evidenceOf(entries: readonly Entry[], more: Partial<Evidence> = {}): Evidence {
  return {
    events: recorded(entries),
    acknowledged: [],
    stuck: new Set(),
    tables: [],
    provider: new Map(),
    answers: undefined,
    ...more,
  };
}

/** Gives each its place in the log. */
export function recorded(entries: readonly Entry[]): PlainEvent[] {
  const revisions = new Map<string, number>();
  return entries.map(({ stream, type, data, correlationId = "somebody" }, index) => {
    const revision = revisions.get(stream) ?? 0;
    revisions.set(stream, revision + 1);
    return {
      id: `id-${index}`,
      stream,
      type,
      data,
      revision,
      position: index + 1,
      recordedAt: new Date(index).toISOString(),
      metadata: {
        $correlationId: correlationId,
        $causationId: "cause",
        commandId: `command-${index}`,
        commandHash: "hash",
        schemaVersion: 1,
      },
    };
  });
}

/** Without the first event of this type of the order. */
export function without(entries: readonly Entry[], which: Which): Entry[] {
  return entries.toSpliced(indexOf(entries, which), 1);
}

/** With the first event of this type of the order twice. */
export function doubled(entries: readonly Entry[], which: Which): Entry[] {
  const index = indexOf(entries, which);
  return entries.toSpliced(index, 0, entries[index]!);
}

type Which = { readonly type: string; readonly orderId: string };

function indexOf(entries: readonly Entry[], { type, orderId }: Which): number {
  const index = entries.findIndex((entry) => entry.type === type && entry.data.orderId === orderId);
  if (index === -1) throw new Error(`Cannot find "${type}" of order "${orderId}" in the example`);
  return index;
}

function delivered(): Entry[] {
  const orderId = "ada";
  const tea = { sku: "TEA", orderId, quantity: 2 };
  return [
    { ...event("order-ada", "OrderPlaced", placed(orderId, [tea])), correlationId: "place-ada" },
    event("stockItem-TEA", "StockReserved", tea),
    done(orderId, "reserve-stock:TEA"),
    event("payment-ada", "PaymentCharged", { orderId, paymentId: "payment-ada", amount: 900 }),
    done(orderId, "charge-payment"),
    event("order-ada", "OrderConfirmed", { orderId }),
    event("shipment-ada", "ShipmentArranged", { orderId }),
    event("notification-1", "NotificationSent", { orderId, kind: "order-confirmed" }),
    { ...event("shipment-ada", "ShipmentDispatched", { orderId }), correlationId: "dispatch-ada" },
    event("stockItem-TEA", "StockShipped", tea),
    event("order-ada", "OrderShipped", { orderId }),
    event("shipment-ada", "ShipmentDelivered", { orderId }),
    event("order-ada", "OrderDelivered", { orderId }),
  ];
}

function undeliverable(): Entry[] {
  const orderId = "ben";
  const tea = { sku: "TEA", orderId, quantity: 1 };
  const mug = { sku: "MUG", orderId, quantity: 3 };
  const payment = { orderId, paymentId: "payment-ben", amount: 900 };
  return [
    {
      ...event("order-ben", "OrderPlaced", placed(orderId, [tea, mug])),
      correlationId: "place-ben",
    },
    event("stockItem-TEA", "StockReserved", tea),
    done(orderId, "reserve-stock:TEA"),
    event("stockItem-MUG", "StockReserved", mug),
    done(orderId, "reserve-stock:MUG"),
    event("payment-ben", "PaymentCharged", payment),
    done(orderId, "charge-payment"),
    event("order-ben", "OrderConfirmed", { orderId }),
    done(orderId, "confirm-order"),
    event("shipment-ben", "ShipmentRefused", { orderId }),
    event("order-ben", "OrderCancellationStarted", { orderId }),
    event("order-ben", "OrderConfirmationWithdrawn", { orderId }),
    done(orderId, "withdraw-confirmation", "confirm-order"),
    event("payment-ben", "PaymentRefunded", payment),
    done(orderId, "refund-payment", "charge-payment"),
    event("stockItem-MUG", "StockReleased", mug),
    done(orderId, "release-stock:MUG", "reserve-stock:MUG"),
    event("stockItem-TEA", "StockReleased", tea),
    done(orderId, "release-stock:TEA", "reserve-stock:TEA"),
    event("order-ben", "OrderCancelled", { orderId }),
    event("notification-2", "NotificationSent", { orderId, kind: "order-cancelled" }),
  ];
}

function placed(
  orderId: string,
  lines: readonly { readonly sku: string; readonly quantity: number }[],
): PlainEvent["data"] {
  return { orderId, total: 900, lines };
}

function done(orderId: string, ...[step, compensates]: readonly string[]): Entry {
  return event(`fulfilment-${orderId}`, "StepDone", {
    orderId,
    step,
    ...(compensates !== undefined && { compensates }),
  });
}
