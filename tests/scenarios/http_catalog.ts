import assert from "node:assert/strict";
import type { Answer, ShopClient } from "@shop/judge";
import { assertProblem } from "./problem_document.ts";
import type { Stories } from "./stories.ts";

const kettle = {
  sku: "KETTLE",
  name: "Copper kettle",
  description: "Boils water for pots of tea.\nTwo litres.",
  price: 4_900,
  currency: "EUR",
};

/** What is sold, and for how much. */
export const httpCatalog: Stories = {
  async "a product is listed once, and shown at the price of today"({ client }) {
    const listed = await list(client, kettle, { "Idempotency-Key": "kettle" });
    assert.equal(listed.status, 202, JSON.stringify(listed.body));
    assert.deepEqual(listed.body, { sku: "KETTLE", revision: 0 });
    assert.equal(listed.headers.get("Location"), "/api/products/KETTLE");
    const again = await list(client, kettle, { "Idempotency-Key": "kettle" });
    assert.deepEqual([again.body, positionOf(again)], [listed.body, positionOf(listed)]);
    assert.equal((await list(client, kettle)).status, 202, "it is what is wished");
    assertProblem(await list(client, { ...kettle, name: "Tea kettle" }), {
      status: 409,
      code: "product-exists",
    });
    const shown = await client.get("/api/products/KETTLE", { after: positionOf(listed) });
    const { listedAt, ...product } = shown;
    assert.deepEqual(product, { ...kettle, revision: 0 });
    assert.equal(new Date(listedAt).toISOString(), listedAt);

    const stale = await price(client, { price: 1 }, { "If-Match": '"7"' });
    assertProblem(stale, { status: 412, code: "revision-stale" });
    const changed = await price(client, { price: 5_200 }, { "If-Match": '"0"' });
    assert.deepEqual([changed.status, changed.headers.get("ETag")], [202, '"1"']);
    const now = await client.get("/api/products/KETTLE", { after: positionOf(changed) });
    assert.deepEqual(now, { ...shown, price: 5_200, revision: 1 });
    const unknown = await client.send("/api/products/nope/price", {
      method: "PUT",
      body: { price: 1 },
    });
    assertProblem(unknown, { status: 404, code: "product-unknown" });
  },

  async "an order that was placed does not see the price change"({ client, ...shop }) {
    await client.receive("KETTLE", { quantity: 5 });
    const { sku, price: unitPrice } = await client.get("/api/products/KETTLE");
    const lines = [{ sku, quantity: 2, unitPrice }];
    await client.place({ orderId: "kettles", lines });
    const { position } = await changed(client, 6_000);
    const page = await shop.settled("kettles");
    assert.equal((await client.get("/api/products/KETTLE", { after: position })).price, 6_000);
    const { data } = await client.get("/api/orders/kettles");
    assert.deepEqual([data.order.total, data.order.lines], [10_400, lines]);
    assert.equal(page.payment?.charged, 10_400);
  },

  async "products are found by the words of their names and descriptions, page by page"(shop) {
    const { client } = shop;
    const names = ["Green tea", "Black tea", "White tea", "Coffee"];
    for (const name of names) {
      const sku = name.replace(" ", "-");
      const answer = await list(client, { sku, name, price: 500, currency: "EUR" });
      assert.equal(answer.status, 202);
      await client.get(`/api/products/${sku}`, { after: positionOf(answer) });
    }
    assert.deepEqual(await found("q=teas"), ["White-tea", "Black-tea", "Green-tea", "KETTLE"]);
    assert.deepEqual(await found("q=tea%20-pot%20-white"), ["Black-tea", "Green-tea"]);
    assert.deepEqual(await found('q="boil%20water"'), ["KETTLE"]);
    assert.deepEqual(await found("q=the"), [], "it says nothing");
    assert.deepEqual(await found("q=%27%26%7C!()%3A*"), []);
    assert.equal((await found("q=")).length, 5);
    const first = await client.get("/api/products?q=tea&limit=3");
    const rest = await client.get(`/api/products?q=tea&limit=3&cursor=${first.nextCursor}`);
    assert.deepEqual([first.items.length, rest.items.length, rest.nextCursor], [3, 1, null]);
    assert.equal(rest.items[0].sku, "KETTLE");

    async function found(query: string): Promise<readonly string[]> {
      const { items } = await client.get(`/api/products?${query}`);
      return items.map(({ sku }: { sku: string }) => sku);
    }
  },

  async "what is no product, no price and no search is refused"({ client }) {
    const wrong: readonly (readonly [Answer, string])[] = [
      [await list(client, { ...kettle, sku: "a/b" }), "sku"],
      [await list(client, { ...kettle, price: 4.5 }), "price"],
      [await list(client, { ...kettle, currency: "EURO" }), "currency"],
      [await list(client, { ...kettle, description: "a\0b" }), "description"],
      [await price(client, {}), "price"],
      [await client.query("/api/products?q=a%00b"), "q"],
      [await client.query("/api/products?cursor=x"), "cursor"],
    ];
    for (const [answer, path] of wrong) {
      assertProblem(answer, { status: 400, code: "bad-input", path });
    }
  },
};

function list(client: ShopClient, body: object, headers = {}): Promise<Answer> {
  return client.send("/api/products", { method: "POST", body, headers });
}

function price(client: ShopClient, body: object, headers = {}): Promise<Answer> {
  return client.send("/api/products/KETTLE/price", { method: "PUT", body, headers });
}

async function changed(client: ShopClient, amount: number) {
  const answer = await price(client, { price: amount });
  assert.equal(answer.status, 202);
  return { position: positionOf(answer) };
}

function positionOf({ headers }: Answer): number {
  return Number(headers.get("X-Position"));
}
