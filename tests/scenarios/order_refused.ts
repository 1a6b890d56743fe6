import assert from "node:assert/strict";
import type { Stories } from "./stories.ts";

const undeliverable = {
  name: "Robinson",
  line1: "The beach",
  city: "Island",
  postalCode: "00000",
  country: "XX",
};

/** Orders that cannot be fulfilled: what was done is undone. */
export const orderRefused: Stories = {
  async "stock runs out for the second product"({ client, ...shop }) {
    await client.receive("COFFEE", { quantity: 10 });
    await client.receive("KETTLE", { quantity: 1 });
    const { body: { orderId } } = await client.place({
      customerId: "ben",
      lines: [
        { sku: "COFFEE", quantity: 2, unitPrice: 450 },
        { sku: "KETTLE", quantity: 2, unitPrice: 3_900 },
      ],
    });
    const { order, payment, reservations, shipment } = await shop.settled(orderId);
    assert.equal(order.status, "cancelled");
    assert.equal(order.reason, "stock-insufficient");
    assert.equal(payment, null);
    assert.deepEqual(reservations, [{ sku: "COFFEE", quantity: 2, status: "released" }]);
    assert.equal(shipment, null);
    assert.deepEqual(await shop.notifications("ben"), ["order-cancelled"]);
    assert.equal((await client.get("/api/inventory/items/COFFEE")).available, 10);
    assert.deepEqual(await shop.steps(orderId), [
      "reserve-stock:COFFEE",
      "start-cancellation",
      "release-stock:COFFEE",
      "complete-cancellation",
      "notify:order-cancelled",
    ]);
  },

  async "the product was never in stock"({ client, ...shop }) {
    const { body: { orderId } } = await client.place({
      lines: [{ sku: "UNICORN", quantity: 1, unitPrice: 1 }],
    });
    const { order, reservations } = await shop.settled(orderId);
    assert.equal(order.status, "cancelled");
    assert.deepEqual(reservations, []);
  },

  async "the payment is declined"({ client, ...shop }) {
    const { body: { orderId } } = await client.place({
      lines: [{ sku: "COFFEE", quantity: 1, unitPrice: 450 }],
      paymentMethod: "pm_declined",
    });
    const { order, payment, reservations } = await shop.settled(orderId);
    assert.equal(order.status, "cancelled");
    assert.equal(order.reason, "card-declined");
    assert.equal(payment?.status, "declined");
    assert.deepEqual(reservations, [{ sku: "COFFEE", quantity: 1, status: "released" }]);
  },

  async "the payment provider is down"({ client, ...shop }) {
    const { body: { orderId } } = await client.place({
      lines: [{ sku: "COFFEE", quantity: 1, unitPrice: 450 }],
      paymentMethod: "pm_down",
    });
    const { order, payment } = await shop.settled(orderId);
    assert.equal(order.status, "cancelled");
    assert.equal(order.reason, "payment-provider-unreachable");
    assert.equal(payment?.charged, 0);
  },

  async "no carrier goes to the address"({ client, ...shop }) {
    await client.receive("MUG", { quantity: 1 });
    const { body: { orderId } } = await client.place({
      customerId: "robinson",
      lines: [
        { sku: "COFFEE", quantity: 1, unitPrice: 450 },
        { sku: "MUG", quantity: 1, unitPrice: 1_000 },
      ],
      shippingAddress: undeliverable,
    });
    const { order, payment, reservations, shipment } = await shop.settled(orderId);
    assert.equal(order.status, "cancelled");
    assert.equal(order.reason, "address-undeliverable");
    assert.equal(payment?.status, "refunded");
    assert.equal(payment.charged, 1_450);
    assert.equal(payment.refunded, 1_450);
    assert.deepEqual(reservations.map(({ status }) => status), ["released", "released"]);
    assert.equal(shipment?.status, "refused");
    assert.deepEqual(await shop.notifications("robinson"), ["order-cancelled"]);
    assert.deepEqual(await shop.steps(orderId), [
      "reserve-stock:COFFEE",
      "reserve-stock:MUG",
      "charge-payment",
      "confirm-order",
      "start-cancellation",
      "withdraw-confirmation",
      "refund-payment",
      "release-stock:MUG",
      "release-stock:COFFEE",
      "complete-cancellation",
      "notify:order-cancelled",
    ]);
  },

  async "many customers want the last piece"({ client, ...shop }) {
    await client.receive("LAST", { quantity: 1 });
    const placed = await Promise.all(
      Array.from({ length: 8 }, (_, number) =>
        client.place({
          customerId: `racer-${number}`,
          lines: [{ sku: "LAST", quantity: 1, unitPrice: 99_000 }],
        })),
    );
    const pages = [];
    for (const { body } of placed) pages.push(await shop.settled(body.orderId));
    const statuses = pages.map(({ order }) => order.status).toSorted();
    assert.deepEqual(statuses, [...Array(7).fill("cancelled"), "confirmed"]);
    const last = await client.get("/api/inventory/items/LAST");
    assert.deepEqual([last.onHand, last.reserved, last.available], [1, 1, 0]);
  },
};
