import type { Recorded } from "@headwater/core";
import { recordedExample, rowsAfterRecorded, sumsOf } from "@headwater/testing";
import type { OrderEvent } from "@shop/order/contract";
import { type PaymentEvent, paymentIdOf } from "@shop/payment/contract";
import fc from "fast-check";
import assert from "node:assert/strict";
import { salesView } from "./sales_view.ts";

type Event = OrderEvent | PaymentEvent;
type Line = { readonly sku: string; readonly quantity: number; readonly unitPrice: number };

const today = "2026-01-01T23:59:59.999Z";
const tomorrow = "2026-01-02T00:00:00.000Z";
const lines = [
  { sku: "TEA", quantity: 2, unitPrice: 450 },
  { sku: "MUG", quantity: 1, unitPrice: 800 },
  { sku: "TEA", quantity: 1, unitPrice: 400 },
];

function placed(
  orderId: string,
  { lines, at = today, currency = "EUR" }: {
    readonly lines: readonly Line[];
    readonly at?: string;
    readonly currency?: string;
  },
) {
  const total = lines.reduce((sum, line) => sum + line.quantity * line.unitPrice, 0);
  const address = { name: "Ada", line1: "1 Mill", city: "Hull", postalCode: "1", country: "GB" };
  const customer = { customerId: "ada", shippingAddress: address, paymentMethod: "pm_ok" };
  const data = { orderId, currency, lines: [...lines], total, ...customer };
  return recordedExample<OrderEvent>({ type: "OrderPlaced", data }, { recordedAt: at });
}

function paid(
  orderId: string,
  type: "PaymentCharged" | "PaymentRefunded",
  { amount = 1, recordedAt = tomorrow } = {},
): Recorded<Event> {
  const data = { paymentId: paymentIdOf(orderId), orderId, currency: "EUR", amount };
  return recordedExample<PaymentEvent>({ type, data }, { recordedAt });
}

function salesAfter(...events: readonly Recorded<Event>[]) {
  return sumsOf(salesView, rowsAfterRecorded(salesView, events).values());
}

const teaAndMugs = [
  { sku: "TEA", orders: 1, quantity: 3, revenue: 1_300, refunds: 0 },
  { sku: "MUG", orders: 1, quantity: 1, revenue: 800, refunds: 0 },
].map((sold) => ({ day: "2026-01-01", currency: "EUR", ...sold }));

Deno.test("an order is a sale once it is paid, on the day on which it was placed", () => {
  assert.deepEqual(salesAfter(placed("a", { lines })), []);
  assert.deepEqual(salesAfter(placed("a", { lines }), paid("a", "PaymentCharged")), teaAndMugs);
});

Deno.test("what is given back is no revenue, and no order any more", () => {
  const history = [
    placed("a", { lines }),
    paid("a", "PaymentCharged"),
    paid("a", "PaymentRefunded"),
  ];
  assert.deepEqual(
    salesAfter(...history),
    teaAndMugs.map((sold) => ({
      ...sold,
      orders: 0,
      quantity: 0,
      revenue: 0,
      refunds: sold.revenue,
    })),
  );
});

Deno.test("days and currencies are apart, and orders of the same add up", () => {
  const mug = { lines: [{ sku: "MUG", quantity: 2, unitPrice: 10 }] };
  const orders = [
    placed("a", mug),
    placed("b", mug),
    placed("c", { ...mug, at: tomorrow }),
    placed("d", { ...mug, currency: "USD" }),
  ];
  const charges = orders.map(({ data }) => paid(data.orderId, "PaymentCharged"));
  const sales = salesAfter(...orders, ...charges);
  assert.deepEqual(sales.map(({ day, currency, orders }) => [day, currency, orders]), [
    ["2026-01-01", "EUR", 2],
    ["2026-01-02", "EUR", 1],
    ["2026-01-01", "USD", 1],
  ]);
});

Deno.test("other events of an order and of its payment change nothing", () => {
  const orderId = "a";
  const payment = { paymentId: paymentIdOf(orderId), orderId };
  const more: readonly Event[] = [
    { type: "PaymentDeclined", data: { ...payment, reason: "card-declined" } },
    { type: "OrderConfirmed", data: { orderId } },
    { type: "OrderCancelled", data: { orderId, reason: "changed my mind" } },
  ];
  const others = more.map((event) => recordedExample(event));
  assert.deepEqual(salesAfter(placed("a", { lines }), ...others), []);
  assert.deepEqual(salesAfter(...others, paid("b", "PaymentCharged")), []);
});

Deno.test("revenue is what was charged and not given back, whatever happens", () => {
  const line = fc.record({
    sku: fc.constantFrom("TEA", "MUG", "PEN"),
    quantity: fc.integer({ min: 1, max: 9 }),
    unitPrice: fc.integer({ min: 0, max: 999 }),
  });
  const order = fc.record({
    lines: fc.array(line, { minLength: 1, maxLength: 4 }),
    ends: fc.constantFrom("placed", "charged", "refunded"),
  });
  fc.assert(fc.property(fc.array(order), (orders) => {
    const history = orders.flatMap(({ lines, ends }, index) => {
      const id = `order-${index}`;
      const events: Recorded<Event>[] = [placed(id, { lines })];
      if (ends !== "placed") events.push(paid(id, "PaymentCharged"));
      if (ends === "refunded") events.push(paid(id, "PaymentRefunded"));
      return events;
    });
    function total(end: string) {
      return orders.filter(({ ends }) => ends === end).flatMap(({ lines }) => lines)
        .reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice, 0);
    }
    const sales = salesAfter(...history);
    assert.equal(sales.reduce((sum, { revenue }) => sum + revenue, 0), total("charged"));
    assert.equal(sales.reduce((sum, { refunds }) => sum + refunds, 0), total("refunded"));
  }));
});
