import type { ShopClient } from "@shop/judge";
import { eventually } from "@headwater/testing";
import assert from "node:assert/strict";
import type { Stories } from "./stories.ts";

/** Orders that go well. */
export const orderFulfilled: Stories = {
  async "an order is placed, confirmed, shipped and delivered"({ client, ...shop }) {
    await client.receive("TEA", { quantity: 10 });
    const { body } = await client.place({
      customerId: "ada",
      lines: [{ sku: "TEA", quantity: 2, unitPrice: 450 }],
    });
    const { orderId } = body;

    const confirmed = await shop.settled(orderId);
    assert.equal(confirmed.order.status, "confirmed");
    assert.deepEqual(confirmed.reservations, [{ sku: "TEA", quantity: 2, status: "reserved" }]);
    assert.deepEqual(sums(confirmed.payment), { status: "charged", charged: 900, refunded: 0 });
    assert.equal(confirmed.shipment?.status, "arranged");
    assert.deepEqual(await shop.notifications("ada"), ["order-confirmed"]);

    await client.dispatch(confirmed.shipment.shipmentId);
    const shipped = await shop.settled(orderId);
    assert.equal(shipped.order.status, "shipped");
    assert.deepEqual(shipped.reservations, [{ sku: "TEA", quantity: 2, status: "shipped" }]);

    await client.deliver(confirmed.shipment.shipmentId);
    const delivered = await shop.settled(orderId);
    assert.equal(delivered.order.status, "delivered");
    assert.equal(delivered.shipment?.status, "delivered");

    const tea = await client.get("/api/inventory/items/TEA");
    assert.deepEqual([tea.onHand, tea.reserved, tea.available], [8, 0, 8]);
    assert.deepEqual(await shop.steps(orderId), [
      "reserve-stock:TEA",
      "charge-payment",
      "confirm-order",
      "arrange-shipment",
      "notify:order-confirmed",
      "ship-stock:TEA",
      "mark-shipped",
      "mark-delivered",
    ]);
  },

  async "a parcel arrives before anybody noted that it had left"({ client, ...shop }) {
    await client.receive("TEA", { quantity: 1 });
    const { body: { orderId } } = await client.place({
      lines: [{ sku: "TEA", quantity: 1, unitPrice: 450 }],
    });
    const { shipment } = await shop.settled(orderId);
    assert.ok(shipment);
    await client.dispatch(shipment.shipmentId);
    await client.deliver(shipment.shipmentId);
    assert.equal((await shop.settled(orderId)).order.status, "delivered");
  },

  async "two lines of the same product are one reservation"({ client, ...shop }) {
    await client.receive("CUP", { quantity: 5 });
    const { body: { orderId } } = await client.place({
      lines: [
        { sku: "CUP", quantity: 1, unitPrice: 700 },
        { sku: "CUP", quantity: 2, unitPrice: 500 },
      ],
    });
    const { order, payment, reservations } = await shop.settled(orderId);
    assert.equal(order.status, "confirmed");
    assert.equal(payment?.charged, 1_700);
    assert.deepEqual(reservations, [{ sku: "CUP", quantity: 3, status: "reserved" }]);
  },

  async "the payment provider fails twice, then works"({ client, ...shop }) {
    await client.receive("MUG", { quantity: 3 });
    const { body: { orderId } } = await client.place({
      lines: [{ sku: "MUG", quantity: 3, unitPrice: 1_000 }],
      paymentMethod: "pm_flaky",
    });
    const { order, payment } = await shop.settled(orderId);
    assert.equal(order.status, "confirmed");
    assert.deepEqual(sums(payment), { status: "charged", charged: 3_000, refunded: 0 });
    const types = await storyOf(client, orderId);
    assert.equal(types.filter((type: string) => type === "PaymentAttemptFailed").length, 2);
  },

  async "the payment provider charges and never answers"({ client, ...shop }) {
    await client.receive("MUG", { quantity: 1 });
    const { body: { orderId } } = await client.place({
      lines: [{ sku: "MUG", quantity: 1, unitPrice: 1_000 }],
      paymentMethod: "pm_timeout",
    });
    const { order, payment } = await shop.settled(orderId);
    assert.equal(order.status, "confirmed");
    assert.deepEqual(sums(payment), { status: "charged", charged: 1_000, refunded: 0 });
    const types = await storyOf(client, orderId);
    assert.ok(types.includes("PaymentOutcomeUnknown"));
  },

  async "the payment provider books the charge when its time is long over"({ client, ...shop }) {
    await client.receive("MUG", { quantity: 1 });
    const { body: { orderId } } = await client.place({
      lines: [{ sku: "MUG", quantity: 1, unitPrice: 1_000 }],
      paymentMethod: "pm_late",
    });
    const { order, payment } = await shop.settled(orderId);
    assert.equal(order.status, "confirmed");
    assert.deepEqual(sums(payment), { status: "charged", charged: 1_000, refunded: 0 });
  },

  async "an impatient client sends its order five times"({ client, ...shop }) {
    await client.receive("PEN", { quantity: 5 });
    const placement = { lines: [{ sku: "PEN", quantity: 1, unitPrice: 200 }] };
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => client.place(placement, { key: "impatient" })),
    );
    const orderIds = new Set(answers.map(({ body }) => body.orderId));
    assert.equal(orderIds.size, 1);
    assert.equal(new Set(answers.map(({ position }) => position)).size, 1);
    const [orderId] = orderIds;
    assert.equal((await shop.settled(orderId)).order.status, "confirmed");
    assert.equal((await client.get("/api/inventory/items/PEN")).reserved, 1);

    const later = await client.place(placement, { key: "impatient" });
    assert.deepEqual(later.body, answers[0]?.body);
  },

  async "whoever ordered sees it in the list at once"({ client }) {
    await client.receive("PEN", { quantity: 5 });
    for (let number = 1; number <= 5; number++) {
      const { body: { orderId }, position } = await client.place({
        customerId: "eager",
        lines: [{ sku: "PEN", quantity: 1, unitPrice: 200 }],
      });
      const { items } = await client.get("/api/orders?customerId=eager", {
        after: position,
        wait: 10,
      });
      assert.equal(items.length, number);
      assert.equal(items[0].orderId, orderId);
    }
  },
};

function sums(payment: { status: string; charged: number; refunded: number } | null) {
  return payment &&
    { status: payment.status, charged: payment.charged, refunded: payment.refunded };
}

/** Types of the events of an order, up to its confirmation: the timeline is a read model beside those that were waited for. */
function storyOf(client: ShopClient, orderId: string): Promise<readonly string[]> {
  return eventually(`the story of order ${orderId}`, async () => {
    const { items = [] } = (await client.query(`/api/orders/${orderId}/timeline`)).body;
    const types: readonly string[] = items.map(({ type }: { readonly type: string }) => type);
    return types.includes("OrderConfirmed") && types;
  });
}
