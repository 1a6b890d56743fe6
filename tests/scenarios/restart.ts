import assert from "node:assert/strict";
import type { Stories } from "./stories.ts";

const methods = ["pm_ok", "pm_timeout", "pm_flaky", "pm_declined", "pm_ok"];

/** The host goes down in the middle. */
export const restart: Stories = {
  async "everything goes on where it was"({ client, ...shop }) {
    const lines = [
      { sku: "SPOON", quantity: 1, unitPrice: 450 },
      { sku: "BOWL", quantity: 1, unitPrice: 1_000 },
    ];
    await client.receive("SPOON", { quantity: 30 });
    await client.receive("BOWL", { quantity: 24 });

    const orders = Array.from({ length: 30 }, (_, number) => ({
      orderId: `order-${number}`,
      paymentMethod: methods[number % methods.length]!,
    }));
    const placing = Promise.all(orders.map((order) => client.place({ ...order, lines })));
    await shop.reaches("order-0", "confirmed");
    await shop.restart();
    await shop.restart();
    const answers = await placing;
    assert.deepEqual(answers.filter(({ status }) => status !== 202), []);

    for (const { orderId, paymentMethod } of orders) {
      const { order } = await shop.settled(orderId);
      if (paymentMethod === "pm_declined") assert.equal(order.status, "cancelled");
      else assert.ok(["confirmed", "cancelled"].includes(order.status), order.status);
    }
    const mugs = await client.get("/api/inventory/items/BOWL");
    assert.equal(mugs.onHand, 24);
    assert.equal(mugs.available + mugs.reserved, 24);
  },

  async "an order is delivered by another process than the one that took it"({ client, ...shop }) {
    await client.receive("PLATE", { quantity: 1 });
    const { body: { orderId } } = await client.place({
      lines: [{ sku: "PLATE", quantity: 1, unitPrice: 200 }],
    });
    const { shipment } = await shop.settled(orderId);
    await shop.restart();
    await client.dispatch(shipment?.shipmentId ?? "");
    await client.deliver(shipment?.shipmentId ?? "");
    await shop.restart();
    assert.equal((await shop.settled(orderId)).order.status, "delivered");
  },
};
