import type { CollectedSpan } from "@headwater/host/testing";
import assert from "node:assert/strict";

/** As much of a span as a story of an order tells. */
export type StorySpan = {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | undefined;
  readonly links: readonly string[];
  readonly name: string;
  readonly kind: string;
  readonly service: string;
};

/** A span as its collector has it. */
export function storyOf({ process, links, attributes, ...span }: CollectedSpan): StorySpan {
  const { name, kind, traceId, spanId, parentId } = span;
  return {
    ...{ name, kind, traceId, spanId, parentId },
    links: links.map(({ traceId, spanId }) => `00-${traceId}-${spanId}-01`),
    service: kind === "client" ? attributes["server.address"] ?? process : process,
  };
}

/** An order of two products, as a client places it who is in a trace. */
export const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const parentId = "00f067aa0ba902b7";
export const tracedOrder = {
  customerId: "customer-1",
  currency: "EUR",
  lines: ["SKU1", "SKU2"].map((sku) => ({ sku, quantity: 1, unitPrice: 1_000 })),
  shippingAddress: {
    name: "Ada Lovelace",
    line1: "12 Analytical Row",
    city: "London",
    postalCode: "N1 9GU",
    country: "GB",
  },
  paymentMethod: "pm_ok",
};

/** Places it where there is enough of both. */
export async function placeTraced(send: (request: Request) => Promise<Response>): Promise<void> {
  async function post(path: string, body: unknown, headers: Record<string, string> = {}) {
    const answer = await send(
      new Request(`http://127.0.0.1${path}`, {
        method: "POST",
        headers: { "Content-Type": "application/json", ...headers },
        body: JSON.stringify(body),
      }),
    );
    assert.equal(answer.status, 202, await answer.text());
  }
  for (const { sku } of tracedOrder.lines) {
    await post(`/api/inventory/items/${sku}/receive`, { quantity: 5 });
  }
  await post("/api/orders", tracedOrder, { traceparent: `00-${traceId}-${parentId}-01` });
}

/** What a command of the saga goes through, from its end to what led to it. */
function sent(command: string, { handled = command, by }: { handled?: string; by: string }) {
  return [
    `handle ${handled} of ${by}`,
    `POST /commands/:type of ${by}`,
    `POST to ${by}`,
    `send ${command} of order`,
    "process fulfilment of order",
  ];
}

/** From the customer's message back to the customer's request, through five services. */
const wholeWay = [
  ...sent("NotifyCustomer", { by: "notification" }),
  ...sent("ArrangeShipment", { by: "shipping" }),
  ...sent("ConfirmOrder", { by: "order" }),
  ...sent("ChargePayment", { handled: "RecordCharge", by: "payment" }),
  ...sent("ReserveStock", { by: "inventory" }),
  "handle PlaceOrder of order",
  "POST /api/orders of order",
  "POST to order",
  "POST /api/orders of gateway",
];

/** Read models of six services in which the order is found. */
const readModels = [
  "orders",
  "reservations",
  "payments",
  "shipments",
  "notifications",
  "order-tracking",
  "order-timelines",
];

/** True once the order has come all its way, and is found in every read model. */
export function isWhole(spans: readonly StorySpan[]): boolean {
  const own = spans.filter((span) => span.traceId === traceId);
  return own.some(({ name }) => name === "handle NotifyCustomer") &&
    readModels.every((view) => batchesOf(view, spans).length > 0) &&
    wayFrom(own.find(({ name }) => name === "handle NotifyCustomer"), own).length ===
      wholeWay.length;
}

/** One trace shows the order's way, each step as what the one before it led to, and read models as linked to it. */
export function assertIsTold(spans: readonly StorySpan[]): void {
  const own = spans.filter((span) => span.traceId === traceId);
  const notified = own.find(({ name }) => name === "handle NotifyCustomer");
  assert.deepEqual(wayFrom(notified, own), wholeWay);
  const [first] = own.filter(({ name }) => name === "POST /api/orders")
    .filter(({ service }) => service === "gateway");
  assert.equal(first?.parentId, parentId);
  // Both products are reserved because of the order, neither because of the other
  const reserved = own.filter(({ name }) => name === "send ReserveStock")
    .map((span) => wayFrom(span, own).slice(1, 3).join(" < "));
  const placed = "process fulfilment of order < handle PlaceOrder of order";
  assert.ok(reserved.filter((way) => way === placed).length >= 2, reserved.join());
  const appended = new Set(own.map(({ spanId }) => spanId));
  for (const view of readModels) {
    for (const { name, links } of batchesOf(view, spans)) {
      const known = links.filter((link) => link.includes(traceId));
      for (const link of known) assert.ok(appended.has(link.split("-")[2]!), `${name}: ${link}`);
    }
  }
}

/** Those that have something of the order. */
function batchesOf(view: string, spans: readonly StorySpan[]): readonly StorySpan[] {
  return spans.filter(({ name, kind, links }) =>
    name === `process ${view}` && kind === "consumer" &&
    links.some((link) => link.includes(traceId))
  );
}

function wayFrom(last: StorySpan | undefined, spans: readonly StorySpan[]): string[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const way: string[] = [];
  for (let at = last; at; at = byId.get(at.parentId ?? "")) {
    const relation = at.kind === "client" ? "to" : "of";
    way.push(`${at.name} ${relation} ${at.service}`);
  }
  return way;
}
