import assert from "node:assert/strict";
import { legacyShop } from "./legacy_shop.ts";

const tea = {
  sku: "TEA",
  name: "Green tea",
  description: "Loose leaves",
  price: 405,
  currency: "EUR",
};

/** An old shop with nothing in it. */
function openShop() {
  const shop = legacyShop({ path: ":memory:" });
  return {
    async send(method: string, path: string, body?: object) {
      const request = new Request(`http://old.example${path}`, {
        method,
        ...(body && { body: JSON.stringify(body) }),
      });
      const answer = await shop.fetch(request);
      return { status: answer.status, body: await answer.json() };
    },
    [Symbol.dispose]: shop.close,
  };
}

Deno.test("the old shop keeps products, and shows them as it always did", async () => {
  using shop = openShop();
  const created = await shop.send("POST", "/api/products", tea);
  assert.equal(created.status, 201);
  assert.deepEqual(await shop.send("GET", "/api/products/TEA"), {
    status: 200,
    body: created.body,
  });
  const { id, priceText, lastModified, ...product } = created.body;
  assert.deepEqual([id, priceText, product], [1, "4.05", tea]);
  assert.match(lastModified, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/);
  assert.equal((await shop.send("POST", "/api/products", tea)).status, 409);

  const priced = await shop.send("PUT", "/api/products/TEA/price", { price: 5 });
  assert.deepEqual([priced.body.price, priced.body.priceText], [5, "0.05"]);
  const yen = await shop.send("PUT", "/api/products/TEA/price", { price: 700, currency: "JPY" });
  assert.deepEqual([yen.body.price, yen.body.priceText], [700, "700"]);
});

Deno.test("the old shop finds what has the letters, newest first, page by page", async () => {
  using shop = openShop();
  for (const sku of ["A", "B", "C"]) {
    await shop.send("POST", "/api/products", { ...tea, sku, name: `Thing ${sku}` });
  }
  await shop.send("POST", "/api/products", {
    ...tea,
    sku: "D",
    name: "Other",
    description: undefined,
  });
  const first = await shop.send("GET", "/api/products?q=thing&limit=2");
  assert.deepEqual(first.body.items.map(({ sku }: { sku: string }) => sku), ["C", "B"]);
  const rest = await shop.send("GET", `/api/products?q=thing&cursor=${first.body.nextCursor}`);
  assert.deepEqual(rest.body.items.map(({ sku }: { sku: string }) => sku), ["A"]);
  assert.equal(rest.body.nextCursor, null);
});

Deno.test("the old shop hands out its table, a hundred rows at a time", async () => {
  using shop = openShop();
  for (let index = 0; index < 101; index++) {
    await shop.send("POST", "/api/products", { ...tea, sku: `S${index}` });
  }
  const { body } = await shop.send("GET", "/admin/products?page=2");
  assert.deepEqual([body.PAGE, body.PAGES], [2, 2]);
  assert.deepEqual(body.ROWS.map(({ SKU, PRICE }: Record<string, string>) => [SKU, PRICE]), [
    ["S100", "4.05"],
  ]);
});

Deno.test("the old shop says in words of its own what is wrong", async () => {
  using shop = openShop();
  const answers = [
    await shop.send("GET", "/api/products/NONE"),
    await shop.send("PUT", "/api/products/NONE/price", { price: 1 }),
    await shop.send("GET", "/nowhere"),
    await shop.send("POST", "/api/products", { ...tea, price: "4.05" }),
  ];
  assert.deepEqual(answers.map(({ status }) => status), [404, 404, 404, 400]);
  for (const { body } of answers) assert.deepEqual(Object.keys(body), ["error"]);
});
