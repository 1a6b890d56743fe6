import assert from "node:assert/strict";
import fc from "fast-check";
import type { ShopClient } from "@shop/judge";
import { assertProblem } from "./problem_document.ts";
import type { Stories } from "./stories.ts";

const line = { sku: "TEA", quantity: 1, unitPrice: 450 };
const order = {
  orderId: "never",
  customerId: "ada",
  currency: "EUR",
  lines: [line],
  shippingAddress: {
    name: "Ada",
    line1: "1 Mill Lane",
    city: "Hull",
    postalCode: "HU1",
    country: "GB",
  },
  paymentMethod: "pm_ok",
};
const json = JSON.stringify(order);

/** What is wrong, and where it says so. */
const badOrders: readonly (readonly [what: string, body: unknown, path: string])[] = [
  ["malformed JSON", json.slice(0, -1), ""],
  ["nothing", " ", ""],
  ["a list", [order], ""],
  ["null", null, ""],
  ["a text for a quantity", withLine({ quantity: "1" }), "lines[0].quantity"],
  ["a negative quantity", withLine({ quantity: -1 }), "lines[0].quantity"],
  ["a quantity of zero", withLine({ quantity: 0 }), "lines[0].quantity"],
  ["a fraction of a piece", withLine({ quantity: 1.5 }), "lines[0].quantity"],
  ["a negative price", withLine({ unitPrice: -1 }), "lines[0].unitPrice"],
  ["a price beyond 2^53", withLine({ unitPrice: 2 ** 53 }), "lines[0].unitPrice"],
  [
    "a price with digits that a number cannot hold",
    json.replace("450", "9007199254740993"),
    "lines[0].unitPrice",
  ],
  ["a total beyond 2^53", withLine({ quantity: 1_000_000, unitPrice: 2 ** 52 }), "lines"],
  ["an unknown field", { ...order, discount: 100 }, "discount"],
  ["an unknown field of a line", withLine({ free: true }), "lines[0].free"],
  ["no lines", { ...order, lines: [] }, "lines"],
  ["lines that are none", { ...order, lines: {} }, "lines"],
  ["ten thousand lines", { ...order, lines: Array(10_000).fill(line) }, "lines"],
  ["no customer", { ...order, customerId: undefined }, "customerId"],
  ["an id with a control character", { ...order, orderId: "a\u0000b" }, "orderId"],
  ["an id with a line end", { ...order, customerId: "ada\n" }, "customerId"],
  ["an id that is a path", { ...order, orderId: ".." }, "orderId"],
  ["an id with a slash", { ...order, orderId: "../../etc/passwd" }, "orderId"],
  ["an empty id", { ...order, orderId: "" }, "orderId"],
  ["an endless id", { ...order, orderId: "x".repeat(101) }, "orderId"],
  ["a currency that is none", { ...order, currency: "euro" }, "currency"],
  ["a currency that no country has", { ...order, currency: "ABC" }, "currency"],
  ["no address", { ...order, shippingAddress: null }, "shippingAddress"],
  [
    "half a character in a name",
    { ...order, shippingAddress: { ...order.shippingAddress, name: "\ud800" } },
    "shippingAddress.name",
  ],
  ["a prototype", `{"__proto__":{"customerId":"ada"},${json.slice(1)}`, "__proto__"],
];

/** Requests that are wrong in their path, query or headers. */
const badRequests: readonly (readonly [string, Parameters<ShopClient["send"]>[1], string])[] = [
  ["/api/orders/a%00b", {}, "path"],
  ["/api/orders/..%2F..%2Fetc", {}, "path"],
  [`/api/orders/${"x".repeat(200)}`, {}, "id"],
  ["/api/orders/a%00b/timeline", {}, "path"],
  ["/api/inventory/items/a%2Fb", {}, "path"],
  ["/api/orders?limit=0", {}, "limit"],
  ["/api/orders?limit=1.5", {}, "limit"],
  ["/api/orders?limit=10000", {}, "limit"],
  ["/api/orders?status=lost", {}, "status"],
  ["/api/orders?cursor=%27%3B--", {}, "cursor"],
  ["/api/orders?customerId=a&customerId=b", {}, "customerId"],
  ["/api/orders?sort=price", {}, "sort"],
  ["/api/orders", { headers: { "X-Min-Position": "-1" } }, "X-Min-Position"],
  ["/api/notifications?limit=many", {}, "limit"],
  ["/api/tracking/a%00b", {}, "path"],
  ["/api/sales?from=2026-02-30", {}, "from"],
  ["/api/sales?to=tomorrow", {}, "to"],
  ["/api/sales?from=2026-01-02&to=2026-01-01", {}, "to"],
  ["/api/sales?sku=T%20A", {}, "sku"],
  ["/api/sales?limit=201", {}, "limit"],
  ["/api/sales?cursor=17", {}, "cursor"],
  ["/api/sales?day=2026-01-01", {}, "day"],
  ["/api/inventory/items/TEA/receive", posting({ quantity: 0 }), "quantity"],
  ["/api/inventory/items/TEA/receive", posting({ quantity: 1_000_001 }), "quantity"],
  ["/api/inventory/items/T%20A/receive", posting({ quantity: 1 }), "sku"],
  ["/api/orders/never/cancel", posting({}), "reason"],
  ["/api/orders/never/cancel", posting({ reason: " " }), "reason"],
  ["/api/orders", posting(order, { "Idempotency-Key": "a b" }), "Idempotency-Key"],
  ["/api/orders/never/cancel", posting({ reason: "x" }, { "If-Match": "0" }), "If-Match"],
  ["/api/orders/never/cancel", posting({ reason: "x" }, { "If-Match": '"0", 1' }), "If-Match"],
];

/** What is wrong is refused with its place, and nothing happens. */
export const httpBadInput: Stories = {
  async "bad orders are refused with the field's path, and nothing is appended"(shop) {
    const { client } = shop;
    const events = await shop.events();
    for (const [what, body, path] of badOrders) {
      const answer = await client.send("/api/orders", posting(body));
      assert.equal(answer.status, 400, `${what}: ${JSON.stringify(answer.body)}`);
      assertProblem(answer, { status: 400, code: "bad-input", path });
    }
    assert.equal(await shop.events(), events);
  },

  async "bad paths, queries and headers are refused with their names"(shop) {
    const { client } = shop;
    const events = await shop.events();
    for (const [path, request, field] of badRequests) {
      assertProblem(await client.send(path, request), {
        status: 400,
        code: "bad-input",
        path: field,
      });
    }
    assert.equal(await shop.events(), events);
  },

  async "bodies of two megabytes and of other kinds are not read"(shop) {
    const { client } = shop;
    const events = await shop.events();
    const long = await client.send("/api/orders", posting(" ".repeat(2 * 1024 * 1024) + json));
    assertProblem(long, { status: 413, code: "body-too-large" });
    for (const type of ["text/plain", "application/xml", "application/json; charset=utf-16"]) {
      const answer = await client.send("/api/orders", posting(json, { "Content-Type": type }));
      assertProblem(answer, { status: 415, code: "media-type-unsupported" });
    }
    assert.equal(await shop.events(), events);
  },

  async "whatever is sent, the shop answers and goes on"({ client }) {
    const paths = fc.constantFrom(
      "/api/orders",
      "/api/orders/never/cancel",
      "/api/inventory/items/TEA/receive",
      "/api/shipments/never/dispatch",
    );
    const bodies = fc.oneof(fc.jsonValue({ maxDepth: 3 }), oneWrongField(), fc.string());
    await fc.assert(
      fc.asyncProperty(paths, bodies, async (path, body) => {
        const answer = await client.send(path, posting(body));
        if (answer.status === 202) return;
        assert.ok([400, 404, 409, 413].includes(answer.status), JSON.stringify(answer.body));
        assertProblem(answer, { status: answer.status, code: answer.body.code });
      }),
      { numRuns: 150 },
    );
    const junkPath = fc.webPath().map((path) => `/api${path}`);
    const junkQuery = fc.webQueryParameters({ size: "small" });
    await fc.assert(
      fc.asyncProperty(junkPath, junkQuery, async (path, query) => {
        const answer = await client.send(`${path}?${query}`);
        assert.ok([400, 404].includes(answer.status), `${answer.status} ${path}`);
        assertProblem(answer, { status: answer.status, code: answer.body.code });
      }),
      { numRuns: 100 },
    );
  },

  async "the next request works"({ client, ...shop }) {
    await client.receive("TEA", { quantity: 1 });
    await client.place({ ...order, orderId: "at-last" });
    assert.equal((await shop.settled("at-last")).order.status, "confirmed");
  },
};

/** A good order but for one place. */
function oneWrongField(): fc.Arbitrary<unknown> {
  const values = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom(-1, 0, 1.5, 2 ** 53, 1e300, "\u0000", "../x", "", [], {}),
  );
  return fc.tuple(fc.constantFrom(...Object.keys(order), ...Object.keys(line)), values)
    .map(([field, value]) =>
      field in line ? withLine({ [field]: value }) : { ...order, [field]: value }
    );
}

function withLine(changed: Readonly<Record<string, unknown>>): unknown {
  return { ...order, lines: [{ ...line, ...changed }] };
}

function posting(body: unknown, headers: Readonly<Record<string, string>> = {}) {
  return { method: "POST", body, headers };
}
