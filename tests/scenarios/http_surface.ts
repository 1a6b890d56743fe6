import assert from "node:assert/strict";
import type { Answer } from "@shop/judge";
import { assertProblem } from "./problem_document.ts";
import type { Stories } from "./stories.ts";

const address = {
  name: "Ada",
  line1: "1 Mill Lane",
  city: "Hull",
  postalCode: "HU1",
  country: "GB",
};
const lines = [{ sku: "TEA", quantity: 2, unitPrice: 450 }];

/** Every route, with the shapes that people rely on. */
export const httpSurface: Stories = {
  async "an order is placed: 202, its id, where it is, its revision and its position"(shop) {
    const { client } = shop;
    await client.receive("TEA", { quantity: 100 });
    const body = { customerId: "ada", currency: "EUR", lines, shippingAddress: address };
    const answer = await client.send("/api/orders", {
      method: "POST",
      body: { ...body, orderId: "first", paymentMethod: "pm_ok" },
      headers: { "X-Correlation-Id": "my-request" },
    });
    assert.equal(answer.status, 202);
    assert.deepEqual(answer.body, { orderId: "first", revision: 0 });
    assert.equal(answer.headers.get("Location"), "/api/orders/first");
    assert.equal(answer.headers.get("ETag"), '"0"');
    assert.match(answer.headers.get("X-Position") ?? "", /^\d+$/);
    assert.equal(answer.headers.get("X-Correlation-Id"), "my-request");

    const unnamed = await client.place();
    assert.match(unnamed.body.orderId, /^[0-9a-f-]{36}$/);
    assert.ok(unnamed.headers.get("X-Correlation-Id"));
    await shop.settled("first");
  },

  async "an order is shown from four services"({ client }) {
    const { data, meta } = await client.get("/api/orders/first");
    const { placedAt, revision, ...order } = data.order;
    assert.deepEqual(order, {
      orderId: "first",
      customerId: "ada",
      status: "confirmed",
      currency: "EUR",
      total: 900,
      lines,
      shippingAddress: address,
      paymentMethod: "pm_ok",
    });
    assert.equal(new Date(placedAt).toISOString(), placedAt);
    assert.equal(revision, 1);
    const { paymentId, ...payment } = data.payment;
    assert.deepEqual(payment, {
      orderId: "first",
      status: "charged",
      currency: "EUR",
      charged: 900,
      refunded: 0,
    });
    assert.deepEqual(data.reservations, [{ sku: "TEA", quantity: 2, status: "reserved" }]);
    const { shipmentId, ...shipment } = data.shipment;
    assert.deepEqual(shipment, { orderId: "first", status: "arranged" });
    assert.ok(paymentId && shipmentId);
    assert.equal(meta.complete, true);
    assert.deepEqual(Object.keys(meta.parts), Object.keys(data));

    assert.deepEqual(await client.get("/api/payments/order/first"), data.payment);
    assert.deepEqual(await client.get("/api/shipments/order/first"), data.shipment);
    assert.deepEqual(
      await client.get("/api/inventory/reservations/order/first"),
      data.reservations,
    );
  },

  async "a page that is whole is known by a tag, and can be asked for as a whole"({ client }) {
    const whole = await client.send("/api/orders/first?complete=true");
    assert.equal(whole.status, 200);
    const states = Object.values<{ status: string }>(whole.body.meta.parts)
      .map(({ status }) => status);
    assert.deepEqual(states, ["ok", "ok", "ok", "ok"]);
    const etag = whole.headers.get("ETag") ?? "";
    const same = await client.send("/api/orders/first", { headers: { "If-None-Match": etag } });
    assert.equal(same.status, 304);
    assert.equal(same.headers.get("ETag"), etag);
    assertProblem(await client.send("/api/orders/first?complete=maybe"), {
      status: 400,
      code: "bad-input",
      path: "complete",
    });
  },

  async "a part that does not exist is null, or an empty list"({ client, ...shop }) {
    const { body } = await client.place({
      lines: [{ sku: "NONE", quantity: 1, unitPrice: 1 }],
    });
    const { payment, reservations, shipment } = await shop.settled(body.orderId);
    assert.deepEqual([payment, reservations, shipment], [null, [], null]);
    assert.equal((await client.get(`/api/orders/${body.orderId}`)).meta.complete, true);
  },

  async "a timeline has every event in log order, with the saga's steps"({ client }) {
    const { items } = await client.get("/api/orders/first/timeline");
    const positions = items.map(({ position }: { position: number }) => position);
    assert.deepEqual(positions, positions.toSorted((a: number, b: number) => a - b));
    const [first] = items;
    assert.equal(first.service, "order");
    assert.equal(first.stream, "order-first");
    assert.equal(first.revision, 0);
    assert.equal(first.type, "OrderPlaced");
    assert.equal(first.data.total, 900);
    assert.ok(first.causationId);
    assert.equal(new Date(first.at).toISOString(), first.at);
    const services = new Set(items.map(({ service }: { service: string }) => service));
    assert.deepEqual([...services].toSorted(), [
      "inventory",
      "notification",
      "order",
      "payment",
      "shipping",
    ]);
  },

  async "orders are listed by customer and status, page by page"({ client, ...shop }) {
    const orderIds = ["list-1", "list-2", "list-3", "list-4", "list-5"];
    for (const orderId of orderIds) await client.place({ orderId, customerId: "lister" });
    await shop.settled("list-5");
    const seen = [];
    let cursor = "";
    for (let page = 0; page < 3; page++) {
      const answer = await client.get(`/api/orders?customerId=lister&limit=2${cursor}`);
      seen.push(...answer.items.map(({ orderId }: { orderId: string }) => orderId));
      assert.equal(answer.nextCursor === null, page === 2);
      cursor = `&cursor=${answer.nextCursor}`;
    }
    assert.deepEqual(seen, orderIds.toReversed());
    const { items } = await client.get("/api/orders?status=confirmed&customerId=ada");
    assert.deepEqual(items.map(({ orderId }: { orderId: string }) => orderId), ["first"]);
    assert.deepEqual(await client.get("/api/orders?customerId=nobody"), {
      items: [],
      nextCursor: null,
    });
  },

  async "stock is received and shown"({ client }) {
    const received = await client.receive("PEN", { quantity: 7 });
    assert.equal(received.status, 202);
    const pen = await client.get("/api/inventory/items/PEN", { after: received.position });
    assert.deepEqual(
      [pen.sku, pen.onHand, pen.reserved, pen.available],
      ["PEN", 7, 0, 7],
    );
  },

  async "a shipment is dispatched, then delivered, in this order only"({ client, ...shop }) {
    const { shipment } = await shop.settled("first");
    const shipmentId = shipment?.shipmentId ?? "";
    assertProblem(await client.deliver(shipmentId), { status: 409, code: "shipment-arranged" });
    assert.equal((await client.dispatch(shipmentId)).status, 202);
    assert.equal((await client.deliver(shipmentId)).status, 202);
    assert.equal((await shop.settled("first")).shipment?.status, "delivered");
    assertProblem(await client.cancel("first"), { status: 409, code: "order-already-shipped" });
  },

  async "customers see what they were told"({ client }) {
    const { items, nextCursor } = await client.get("/api/notifications?customerId=ada");
    assert.equal(nextCursor, null);
    const [{ notificationId, sentAt, ...notification }] = items;
    assert.deepEqual(notification, {
      customerId: "ada",
      orderId: "first",
      kind: "order-confirmed",
    });
    assert.ok(notificationId && sentAt);
  },

  async "a key stands for one request for ever"({ client, ...shop }) {
    const placed = await client.place({ orderId: "keyed" }, { key: "key-1" });
    const events = await shop.settled("keyed").then(() => shop.events());
    const again = await client.place({ orderId: "keyed" }, { key: "key-1" });
    assert.deepEqual(
      [again.status, again.body, again.revision, again.position],
      [202, placed.body, placed.revision, placed.position],
    );
    const other = await client.place({ orderId: "keyed", customerId: "bo" }, { key: "key-1" });
    assertProblem(other, { status: 422, code: "idempotency-key-reused" });
    assert.equal(await shop.events(), events);
  },

  async "a stale If-Match is refused, a fresh one is not"({ client }) {
    const answer = await client.place({ orderId: "matched" });
    assertProblem(await client.cancel("matched", { ifMatch: 99 }), {
      status: 412,
      code: "revision-stale",
    });
    assert.equal(answer.revision, 0);
  },

  async "a query waits for the position it is given, or says that it cannot"({ client }) {
    const { position = 0 } = await client.place({ orderId: "waited" });
    const seen = await client.query("/api/orders/waited", { after: position, wait: 10 });
    assert.equal(seen.status, 200);
    assert.ok(Number(seen.headers.get("X-Position")) >= position);

    const ahead = 1_000_000_000;
    const paths = ["/api/orders?limit=1", "/api/orders/waited", "/api/inventory/items/TEA"];
    for (const path of [...paths, "/api/tracking/waited", "/api/sales"]) {
      const behind = await client.query(path, { after: ahead, wait: 0 });
      assertProblem(behind, { status: 503, code: "read-model-behind" });
      const stale = await client.send(path, {
        headers: { "X-Min-Position": String(ahead), Prefer: "stale-ok, wait=0" },
      });
      assert.equal(stale.status, 200);
      assert.match(stale.headers.get("Warning") ?? "", /^110 /);
      assert.ok(Number(stale.headers.get("X-Position")) < ahead);
    }
  },

  async "the front page says what there is"({ client }) {
    const { name, services, requests } = await client.get("/");
    assert.equal(name, "shop");
    assert.ok(services.includes("order"));
    assert.ok(requests.includes("POST /api/shipments/:id/dispatch"));
  },

  async "what nobody knows is not found"({ client }) {
    const unknown: readonly (readonly [Answer, string])[] = [
      [await client.query("/api/orders/nope"), "order-unknown"],
      [await client.query("/api/orders/nope/timeline"), "order-unknown"],
      [await client.query("/api/tracking/nope"), "order-unknown"],
      [await client.cancel("nope"), "order-unknown"],
      [await client.query("/api/inventory/items/nope"), "stock-item-unknown"],
      [await client.query("/api/payments/order/nope"), "payment-unknown"],
      [await client.query("/api/shipments/order/nope"), "shipment-unknown"],
      [await client.query("/api/products/nope"), "product-unknown"],
      [await client.dispatch("nope"), "shipment-unknown"],
      [await client.query("/api/nope"), "route-unknown"],
      [await client.query("/nope"), "route-unknown"],
    ];
    for (const [answer, code] of unknown) assertProblem(answer, { status: 404, code });
    const wrongMethod = await client.send("/api/orders", { method: "DELETE" });
    assertProblem(wrongMethod, { status: 405, code: "method-not-allowed" });
    assert.match(wrongMethod.headers.get("Allow") ?? "", /GET.*POST|POST.*GET/);
  },

  async "what services tell each other cannot be told from outside"({ client, ...shop }) {
    const { body } = await client.place();
    await shop.settled(body.orderId);
    for (const path of ["/commands/ConfirmOrder", "/api/commands/RefundPayment"]) {
      const answer = await client.send(path, { method: "POST", body: { orderId: body.orderId } });
      assertProblem(answer, { status: 404, code: "route-unknown" });
    }
  },

  async "what other sites' pages make a browser send is refused"({ client, ...shop }) {
    const events = await shop.events();
    for (
      const [name, value] of [["Origin", "https://evil.example"], [
        "Sec-Fetch-Site",
        "cross-site",
      ]] as const
    ) {
      const answer = await client.send("/api/inventory/items/TEA/receive", {
        method: "POST",
        body: { quantity: 1 },
        headers: { [name]: value },
      });
      assertProblem(answer, { status: 403, code: "origin-foreign" });
    }
    assert.equal(await shop.events(), events);
  },

  async "the gateway says how it is"({ client }) {
    for (const path of ["/health/live", "/health/ready", "/health/startup"]) {
      const { status, headers, body } = await client.query(path);
      assert.equal(status, 200, JSON.stringify(body));
      assert.equal(headers.get("Content-Type"), "application/health+json");
      assert.equal(body.status, "pass");
    }
  },
};
