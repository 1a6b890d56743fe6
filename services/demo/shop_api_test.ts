import { description } from "@headwater/host";
import { shop } from "@shop/app";
import assert from "node:assert/strict";
import { shopApi } from "./shop_api.ts";

Deno.test("an order's page has the parts that the demo's client takes it to have", () => {
  const { paths } = description.describeApi(shop);
  const { operationId, responses } = paths["/api/orders/{id}"]!["get"]!;
  assert.equal(operationId, "getOrder");
  const text = JSON.stringify(responses);
  for (const part of ["order", "payment", "reservations", "shipment"]) {
    assert.ok(text.includes(`"${part}":`), part);
  }
  const api = shopApi(shop, { url: "http://127.0.0.1:1" });
  assert.equal(typeof api.getOrder, "function");
});
