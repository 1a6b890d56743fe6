import { rowsAfter } from "@headwater/testing";
import assert from "node:assert/strict";
import { productEventExamples as event } from "./examples.ts";
import { productView } from "./product_view.ts";

Deno.test("a product is as it was listed, at the price of today", () => {
  const row = rowsAfter(productView, event.ProductListed, event.PriceChanged).get("TEA")!;
  const { sku, name, description, price, currency, revision } = row;
  assert.deepEqual({ sku, name, description, price, currency, revision }, {
    ...event.ProductListed.data,
    price: 475,
    revision: 1,
  });
  const [listed] = rowsAfter(productView, event.ProductListed).values();
  assert.equal(row.listedPosition, listed?.listedPosition);
});

Deno.test("a price of a product that nobody listed makes none", () => {
  assert.equal(rowsAfter(productView, event.PriceChanged).size, 0);
});
