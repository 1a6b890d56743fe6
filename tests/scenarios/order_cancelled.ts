import { eventually } from "@headwater/testing";
import assert from "node:assert/strict";
import type { Stories } from "./stories.ts";

/** Customers who change their minds. */
export const orderCancelled: Stories = {
  async "the customer cancels before the order is confirmed"({ client, ...shop }) {
    await client.receive("COCOA", { quantity: 10 });
    const { body: { orderId } } = await client.place({
      customerId: "cleo",
      lines: [{ sku: "COCOA", quantity: 2, unitPrice: 450 }],
      // Leaves time to think about it.
      paymentMethod: "pm_timeout",
    });
    const cancelled = await client.cancel(orderId, { reason: "too expensive" });
    assert.equal(cancelled.status, 202);
    const { data } = await client.get(`/api/orders/${orderId}`, {
      after: cancelled.position,
      wait: 10,
    });
    assert.match(data.order.status, /^cancel(ling|led)$/);

    const { order, payment } = await shop.settled(orderId);
    assert.equal(order.status, "cancelled");
    assert.equal(order.reason, "too expensive");
    assert.equal((payment?.charged ?? 0) - (payment?.refunded ?? 0), 0);
    assert.equal((await client.get("/api/inventory/items/COCOA")).available, 10);
    assert.deepEqual(await shop.notifications("cleo"), ["order-cancelled"]);
    assert.equal((await shop.steps(orderId)).includes("confirm-order"), false);
  },

  async "the customer cancels before the provider books the charge"({ client, ...shop }) {
    const { body: { orderId }, position } = await client.place({
      lines: [{ sku: "COCOA", quantity: 2, unitPrice: 450 }],
      paymentMethod: "pm_late",
    });
    await eventually("the charge to be asked for", async () => {
      const { data } = await client.get(`/api/orders/${orderId}`, { after: position });
      return data.payment !== null;
    });
    await client.cancel(orderId);
    const { order, payment } = await shop.settled(orderId);
    assert.equal(order.status, "cancelled");
    assert.deepEqual(
      [payment?.status, payment?.charged, payment?.refunded],
      ["refunded", 900, 900],
    );
  },

  async "the customer cancels a confirmed order"({ client, ...shop }) {
    const { body: { orderId } } = await client.place({
      customerId: "dora",
      lines: [{ sku: "COCOA", quantity: 2, unitPrice: 450 }],
    });
    assert.equal((await shop.settled(orderId)).order.status, "confirmed");
    await client.cancel(orderId, { reason: "found it cheaper" });

    const { order, payment, reservations, shipment } = await shop.settled(orderId);
    assert.equal(order.status, "cancelled");
    assert.equal(payment?.status, "refunded");
    assert.deepEqual(reservations, [{ sku: "COCOA", quantity: 2, status: "released" }]);
    assert.equal(shipment?.status, "cancelled");
    assert.deepEqual(await shop.notifications("dora"), ["order-confirmed", "order-cancelled"]);
    assert.deepEqual((await shop.steps(orderId)).slice(-6), [
      "cancel-shipment",
      "withdraw-confirmation",
      "refund-payment",
      "release-stock:COCOA",
      "complete-cancellation",
      "notify:order-cancelled",
    ]);
  },

  async "the customer cancels twice"({ client, ...shop }) {
    const { body: { orderId } } = await client.place({
      lines: [{ sku: "COCOA", quantity: 1, unitPrice: 450 }],
    });
    await shop.reaches(orderId, "confirmed");
    const answers = await Promise.all([client.cancel(orderId), client.cancel(orderId)]);
    assert.deepEqual(answers.map(({ status }) => status), [202, 202]);
    assert.equal((await shop.settled(orderId)).order.status, "cancelled");
    const late = await client.cancel(orderId);
    assert.equal(late.status, 202);
    assert.equal((await shop.settled(orderId)).payment?.refunded, 450);
  },

  async "the parcel has left: it is too late to cancel"({ client, ...shop }) {
    const { body: { orderId } } = await client.place({
      lines: [{ sku: "COCOA", quantity: 1, unitPrice: 450 }],
    });
    const { shipment } = await shop.settled(orderId);
    await client.dispatch(shipment?.shipmentId ?? "");
    const before = await shop.settled(orderId);
    const { status, body } = await client.cancel(orderId);
    assert.equal(status, 409);
    assert.equal(body.code, "order-already-shipped");
    assert.deepEqual(await shop.settled(orderId), before);
    assert.equal(before.order.status, "shipped");
  },

  async "the customer cancels as the parcel leaves: one of them wins"({ client, ...shop }) {
    for (let turn = 0; turn < 4; turn++) {
      const { body: { orderId } } = await client.place({
        lines: [{ sku: "COCOA", quantity: 1, unitPrice: 450 }],
      });
      const { shipment } = await shop.settled(orderId);
      const [cancelled, dispatched] = await Promise.all([
        client.cancel(orderId),
        client.dispatch(shipment?.shipmentId ?? ""),
      ]);
      const { order, payment } = await shop.settled(orderId);
      const left = dispatched.status === 202;
      assert.equal(order.status, left ? "shipped" : "cancelled");
      assert.equal(payment?.status, left ? "charged" : "refunded");
      assert.ok(left || cancelled.status === 202);
    }
  },

  async "whoever looks at an old state of the order changes nothing"({ client, ...shop }) {
    const { body: { orderId }, revision } = await client.place({
      lines: [{ sku: "COCOA", quantity: 1, unitPrice: 450 }],
    });
    const { order } = await shop.settled(orderId);
    const events = await shop.events();
    const stale = await client.cancel(orderId, { ifMatch: revision });
    assert.equal(stale.status, 412);
    assert.equal(stale.body.code, "revision-stale");
    // Nothing but the note of the request's key
    assert.ok(await shop.events() <= events + 1);
    assert.equal((await shop.settled(orderId)).order.status, "confirmed");

    const fresh = await client.cancel(orderId, { ifMatch: order.revision });
    assert.equal(fresh.status, 202);
    assert.equal((await shop.settled(orderId)).order.status, "cancelled");
  },
};
