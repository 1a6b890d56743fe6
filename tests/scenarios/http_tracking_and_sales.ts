import assert from "node:assert/strict";
import type { Stories } from "./stories.ts";

const cups = { sku: "CUP", quantity: 2, unitPrice: 300 };
const pot = { sku: "POT", quantity: 1, unitPrice: 1_500 };

/** Read models that are made of several services' events. */
export const httpTrackingAndSales: Stories = {
  async "an order is tracked through four services"({ client, ...shop }) {
    await client.receive("CUP", { quantity: 99 });
    await client.place({ orderId: "tracked", lines: [cups] });
    await shop.settled("tracked");
    const { times, shipment, ...tracked } = await client.get("/api/tracking/tracked");
    assert.deepEqual(tracked, {
      orderId: "tracked",
      status: "confirmed",
      payment: { status: "charged" },
      reservations: [{ sku: "CUP", quantity: 2, status: "reserved" }],
    });
    assert.equal(shipment.status, "arranged");
    assert.deepEqual(Object.keys(times), ["placedAt", "chargedAt", "confirmedAt", "changedAt"]);
    for (const time of Object.values(times)) assert.equal(new Date(`${time}`).toISOString(), time);

    const { position } = await client.dispatch(shipment.shipmentId);
    const later = await client.get("/api/tracking/tracked", { after: position, wait: 10 });
    assert.equal(later.shipment.status, "dispatched");
    assert.ok(later.times.dispatchedAt >= later.times.confirmedAt);
  },

  async "an order that was refused is tracked as well"({ client, ...shop }) {
    await client.place({ orderId: "untracked", lines: [{ ...cups, sku: "NONE" }] });
    await shop.settled("untracked");
    const { times, ...tracked } = await client.get("/api/tracking/untracked");
    assert.deepEqual(tracked, {
      orderId: "untracked",
      status: "cancelled",
      reason: "stock-insufficient",
      payment: null,
      reservations: [{ sku: "NONE", quantity: 2, status: "rejected" }],
      shipment: null,
    });
    assert.ok(times.cancelledAt);
  },

  async "sales are summed by day, SKU and currency, and follow a cancellation"(shop) {
    const { client } = shop;
    await client.receive("POT", { quantity: 9 });
    assert.deepEqual(await sold("sku=CUP"), [["CUP", "EUR", 1, 2, 600, 0]]);
    await client.place({ orderId: "sold-1", lines: [cups, pot] });
    await client.place({ orderId: "sold-2", lines: [cups], currency: "USD" });
    await client.place({ orderId: "sold-3", lines: [cups, cups] });
    await shop.settled("sold-3");
    assert.deepEqual(await sold("sku=CUP"), [
      ["CUP", "EUR", 3, 8, 2_400, 0],
      ["CUP", "USD", 1, 2, 600, 0],
    ]);

    await client.cancel("sold-1");
    await shop.settled("sold-1");
    assert.deepEqual(await sold("sku=CUP"), [
      ["CUP", "EUR", 2, 6, 1_800, 600],
      ["CUP", "USD", 1, 2, 600, 0],
    ]);
    assert.deepEqual(await sold("sku=POT"), [["POT", "EUR", 0, 0, 0, 1_500]]);

    /** Over the days that the test takes, which may be two. */
    async function sold(query: string) {
      const { items } = await client.get(`/api/sales?${query}`);
      const totals = new Map<string, [string, string, number, number, number, number]>();
      for (const { sku, currency, orders, quantity, revenue, refunds } of items) {
        const before = totals.get(currency) ?? [sku, currency, 0, 0, 0, 0];
        totals.set(currency, [
          sku,
          currency,
          before[2] + orders,
          before[3] + quantity,
          before[4] + revenue,
          before[5] + refunds,
        ]);
      }
      return [...totals.values()];
    }
  },

  async "revenue and refunds of all days are what the payments say"({ client }) {
    const sales = await client.all("/api/sales");
    const orders = await client.all("/api/orders");
    const payments = await Promise.all(orders.map(async ({ orderId }) => {
      const { data } = await client.get(`/api/orders/${orderId}`);
      return data.payment ?? { charged: 0, refunded: 0 };
    }));
    function sum(items: readonly Readonly<Record<string, number>>[], field: string): number {
      return items.reduce((total, item) => total + item[field]!, 0);
    }
    const refunded = sum(payments, "refunded");
    assert.ok(refunded > 0);
    assert.equal(sum(sales, "refunds"), refunded);
    assert.equal(sum(sales, "revenue"), sum(payments, "charged") - refunded);
  },

  async "sales are asked for by days, and come in pages"({ client }) {
    const all = (await client.get("/api/sales")).items;
    assert.ok(all.length >= 3);
    const [first, last] = [all[0].day, all.at(-1).day];
    const paged = [];
    let cursor = "";
    do {
      const page = await client.get(`/api/sales?from=${first}&to=${last}&limit=2${cursor}`);
      paged.push(...page.items);
      cursor = page.nextCursor === null ? "" : `&cursor=${page.nextCursor}`;
    } while (cursor !== "");
    assert.deepEqual(paged, all);
    for (const none of ["to=2020-01-01", "from=2100-01-01", "sku=NONE"]) {
      assert.deepEqual(await client.get(`/api/sales?${none}`), { items: [], nextCursor: null });
    }
  },
};
