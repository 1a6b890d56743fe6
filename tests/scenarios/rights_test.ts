import assert from "node:assert/strict";
import { eventLog, type Log, type Service, silentLog } from "@headwater/core";
import { databasesOn, startHost } from "@headwater/host";
import { publicRoutes } from "@headwater/http";
import { identifyByToken } from "@headwater/identity";
import { tokenIssuer } from "@headwater/identity/testing";
import { startThrowAwayPostgres } from "@headwater/postgres";
import { eventually, within } from "@headwater/testing";
import { shop } from "@shop/app";
import { ShopClient } from "@shop/judge";
import { followFeed } from "./followed_feed.ts";

/** All that clients are shown of an order. */
function ofOrder(orderId: string): readonly string[] {
  return [
    `/api/orders/${orderId}`,
    `/api/orders/${orderId}/timeline`,
    `/api/orders/${orderId}/events`,
    `/api/payments/order/${orderId}`,
    `/api/shipments/order/${orderId}`,
    `/api/inventory/reservations/order/${orderId}`,
    `/api/tracking/${orderId}`,
  ];
}
/** All that clients are shown of a customer. */
function ofCustomer(customerId: string): readonly string[] {
  return [
    `/api/orders?customerId=${customerId}`,
    `/api/orders/events?customerId=${customerId}`,
    `/api/notifications?customerId=${customerId}`,
  ];
}

Deno.test("every route of the shop says who may ask, and whose it is where customers may", () => {
  const unsaid = shop.services.flatMap(({ name, routes }) =>
    routes ? publicRoutes(name, routes) : []
  )
    .filter(({ declared: { roles, owner } }) => !roles || roles.includes("customer") !== !!owner)
    .map(({ method, path }) => `${method} ${path}`);
  // The demo's strangler shows nothing to customers
  assert.deepEqual(unsaid, []);
});

Deno.test("customers have their own and nothing else, operators have all, and events say who it was", async () => {
  const warned: Record<string, unknown>[] = [];
  const logger: Log = {
    ...silentLog,
    warn: (message, fields) => warned.push({ message, ...fields }),
  };
  const issuer = await tokenIssuer("https://id.example");
  await using server = await startThrowAwayPostgres();
  const log = eventLog.memoryLog();
  await using host = await startHost(shop, {
    log,
    database: databasesOn(server.url, { prefix: "rights", logger: silentLog }),
    identify: identifyByToken(
      { issuer: issuer.issuer, audience: "shop", algorithms: ["ES256"], clockSkewS: 5 },
      { send: (request) => issuer.answer(request), logger },
    ),
    logger,
  });

  async function as(sub: string, ...roles: string[]): Promise<Service> {
    const token = await issuer.token({ sub, ...(roles.length > 0 && { roles }) });
    return (request) => {
      const headers = new Headers(request.headers);
      headers.set("Authorization", `Bearer ${token}`);
      return host.gateway(new Request(request, { headers }));
    };
  }
  async function statusOf(who: Service, path: string, options?: RequestInit): Promise<number> {
    const answer = await who(new Request(`http://127.0.0.1${path}`, options));
    await answer.body?.cancel();
    return answer.status;
  }
  const post = (body: object) => ({
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });

  const anna = await as("anna");
  const ben = await as("ben");
  const otto = await as("otto", "operator");
  const operator = new ShopClient({ shop: otto });
  const ofAnna = new ShopClient({ shop: anna });
  await operator.receive("SKU1", { quantity: 10 });
  await ofAnna.place({ orderId: "a1", customerId: "anna" });
  await eventually("the order to be confirmed", async () => {
    const { body } = await ofAnna.query("/api/orders/a1");
    return body.data?.order?.status === "confirmed" && body.data.shipment !== null;
  });
  await eventually("its notification", async () => {
    const { body } = await ofAnna.query("/api/notifications");
    return body.items?.length === 1;
  });

  for (const path of [...ofOrder("a1"), ...ofCustomer("anna")]) {
    assert.equal(await statusOf(anna, path), 200, `anna: ${path}`);
    assert.equal(await statusOf(otto, path), 200, `operator: ${path}`);
    assert.equal(await statusOf(ben, path), 404, `ben: ${path}`);
    assert.equal(await statusOf(host.gateway, path), 401, `nobody: ${path}`);
  }
  for (const path of ofOrder("a2")) assert.equal(await statusOf(ben, path), 404, path);
  // The page asks the order's part alone in vain, and leaves the others
  const noted = warned.filter(({ actor }) => actor === "ben");
  assert.ok(noted.length >= ofOrder("a1").length + 3, `${noted.length}`);
  assert.ok(noted.every(({ message }) => message === "A customer asked for what is another's"));

  const { body: mine } = await ofAnna.query("/api/orders");
  assert.deepEqual(mine.items.map(({ orderId }: { orderId: string }) => orderId), ["a1"]);
  const { body: his } = await new ShopClient({ shop: ben }).query("/api/orders");
  assert.deepEqual(his.items, []);

  assert.equal(await statusOf(ben, "/api/orders/a1/cancel", post({ reason: "spite" })), 404);
  assert.equal(await statusOf(ben, "/api/orders/a1/cancel", post({ reason: 7 })), 404);
  const placed = await new ShopClient({ shop: ben, patienceMs: 0 })
    .send("/api/orders", post({ customerId: "anna" }));
  assert.deepEqual([placed.status, placed.body.code], [403, "customer-foreign"]);

  for (const path of ["/api/shipments/x/dispatch", "/api/shipments/x/deliver"]) {
    assert.equal(await statusOf(anna, path, { method: "POST" }), 403);
  }
  assert.equal(
    await statusOf(anna, "/api/inventory/items/SKU1/receive", post({ quantity: 1 })),
    403,
  );
  assert.equal(await statusOf(anna, "/api/sales"), 403);
  assert.equal(await statusOf(host.gateway, "/api/inventory/items/SKU1"), 200);
  assert.equal(await statusOf(host.gateway, "/api/products"), 200);

  const followed = followFeed((options) =>
    anna(new Request("http://127.0.0.1/api/orders/events", options))
  );
  await within("the feed", followed.connected);
  await followed[Symbol.asyncDispose]();

  const actors = new Map<string, unknown>();
  for await (const page of log.readAll()) {
    for (const { type, metadata } of page) actors.set(type, metadata.actor);
  }
  assert.equal(actors.get("OrderPlaced"), "anna");
  assert.equal(actors.get("StockReceived"), "otto");
  for (const type of ["StockReserved", "OrderConfirmed", "StepDone"]) {
    assert.equal(actors.get(type), "fulfilment", type);
  }
  assert.deepEqual([...actors].filter(([, actor]) => actor === undefined), []);
});
