import assert from "node:assert/strict";
import { brokenBy, describeShop, type Descriptions, readReleased } from "./released.ts";

const now = describeShop();

Deno.test("nothing is broken of what the shop has promised: `deno task describe` keeps what it promises", async () => {
  const released = await readReleased();
  assert.ok(released);
  assert.deepEqual(brokenBy(now, released), []);
});

Deno.test("a route, a field and an event that are gone keep a release back", () => {
  const text = JSON.stringify(now).replaceAll("/api/sales", "/api/turnover")
    .replaceAll('"onHand"', '"held"')
    .replaceAll("product.PriceChanged", "product.PriceSet");
  const broken = brokenBy(JSON.parse(text), now);
  assert.deepEqual(broken, [
    "GET /api/inventory/items/{sku}: answer.onHand is missing",
    "GET /api/sales is gone",
    "product.PriceChanged is gone",
  ]);
});

Deno.test("another first number of the version lets routes go, and no events", () => {
  const { paths: _, ...openapi } = now.openapi;
  const next: Descriptions = {
    openapi: { ...openapi, paths: {}, info: { title: "shop", version: "2.0.0" } },
    asyncapi: { ...now.asyncapi, components: {} },
  };
  const broken = brokenBy(next, now);
  assert.ok(broken.includes("order.OrderPlaced is gone"));
  assert.ok(broken.every((what) => /^[\w]+\.\w+ is gone$/.test(what)));
});
