import { field, type View } from "@headwater/core";
import assert from "node:assert/strict";
import { palette } from "./palette.ts";
import {
  freedLines,
  outcomeTable,
  readModelLines,
  standingLine,
  timelineLines,
  verdictLines,
} from "./report.ts";
import { stories } from "./stories.ts";

const plain = palette({ colour: false });
const [story] = stories;

Deno.test("outcomes are a table with a mark on what went otherwise", () => {
  assert.ok(story);
  const outcome = { story, orders: 2, reasons: [], asTold: true };
  const lines = outcomeTable([
    { ...outcome, byStatus: new Map([["delivered", 2]]) },
    {
      ...outcome,
      byStatus: new Map([["delivered", 1], ["cancelled", 1]]),
      reasons: ["card-declined"],
      asTold: false,
    },
  ], plain);
  assert.deepEqual(lines, [
    "  story      orders  ended                     because",
    "  delivered       2  2 delivered",
    "✗ delivered       2  1 delivered, 1 cancelled  card-declined",
  ]);
});

Deno.test("what four services say of an order is one line", () => {
  const order = { orderId: "o1", customerId: "ada", status: "cancelled", currency: "EUR" } as const;
  const placed = { total: 900, lines: [], paymentMethod: "pm_ok", placedAt: "", revision: 3 };
  const shippingAddress = { name: "", line1: "", city: "", postalCode: "", country: "GB" };
  const whole = { ...order, ...placed, shippingAddress };
  const nothing = { order: whole, payment: null, reservations: [], shipment: null };
  assert.equal(standingLine(nothing), "It is cancelled");
  const parts = {
    payment: {
      ...{ paymentId: "p1", orderId: "o1", status: "refunded", currency: "EUR" } as const,
      ...{ charged: 900, refunded: 900 },
    },
    reservations: [{ sku: "TEA", quantity: 2, status: "released" as const }],
    shipment: { shipmentId: "s1", orderId: "o1", status: "refused" as const },
  };
  assert.equal(
    standingLine({ ...nothing, ...parts }),
    `It is cancelled; ${field.moneyText(900, "EUR")} charged, ${
      field.moneyText(900, "EUR")
    } refunded; 2 × TEA released; shipment refused`,
  );
});

Deno.test("a timeline is aligned, and says what was done and undone", () => {
  const at = (ms: number) => new Date(ms).toISOString();
  const lines = timelineLines([
    { at: at(1_000), service: "order", type: "OrderPlaced", data: {} },
    {
      at: at(1_005),
      service: "inventory",
      type: "StockReserved",
      data: { sku: "TEA", quantity: 2 },
    },
    { at: at(1_010), service: "order", type: "StepDone", data: {}, step: "reserve-stock:TEA" },
    {
      at: at(1_020),
      service: "payment",
      type: "PaymentCharged",
      data: { amount: 950, currency: "EUR" },
    },
    {
      at: at(1_030),
      service: "order",
      type: "StepRefused",
      data: { step: "arrange-shipment", reason: "address-undeliverable" },
    },
    {
      at: at(2_234),
      service: "order",
      type: "StepDone",
      data: {},
      step: "release-stock:TEA",
      compensates: "reserve-stock:TEA",
    },
  ], plain);
  assert.deepEqual(lines, [
    "    0 ms  order      OrderPlaced",
    "    5 ms  inventory  StockReserved   2 × TEA",
    "   10 ms  order      StepDone        reserve-stock:TEA",
    "   20 ms  payment    PaymentCharged  9.50 EUR",
    "   30 ms  order      StepRefused     arrange-shipment: address-undeliverable",
    " 1234 ms  order      StepDone        release-stock:TEA  ↩ undoes reserve-stock:TEA",
  ]);
});

Deno.test("read models say how much they hold, and their sums beside it", () => {
  const named = (name: string) => ({ name }) as View;
  const lines = readModelLines([
    { view: named("sales"), rows: [{}], sums: [{}, {}] },
    { view: named("orders"), rows: [] },
  ], plain);
  assert.deepEqual(lines, ["  orders  0 rows", "  sales   1 row, 2 sums"]);
});

Deno.test("invariants have a tick or a cross", () => {
  const verdicts = [
    { name: "short", holds: true, detail: "2 orders" },
    { name: "much longer", holds: false, detail: 'order "a" is left "placed"' },
  ];
  assert.deepEqual(verdictLines(verdicts, plain), [
    "✓ short        2 orders",
    '✗ much longer  order "a" is left "placed"',
  ]);
});

Deno.test("colour comes only when it is asked for", () => {
  assert.equal(palette({ colour: true }).red("no"), "\x1b[31mno\x1b[0m");
  assert.equal(plain.red("no"), "no");
});

Deno.test("what an operator typed and saw is shown, and nothing where nobody had to", () => {
  const paint = palette({ colour: false });
  assert.deepEqual(freedLines([], paint), []);
  assert.deepEqual(freedLines(["$ deno task sagas list", "stuck fulfilment one"], paint), [
    "What was stuck, and was freed",
    "  $ deno task sagas list",
    "  stuck fulfilment one",
    "",
  ]);
});
