import assert from "node:assert/strict";
import { inOrder, page, type PagePart } from "./page.ts";

const order: PagePart = { name: "order", from: { service: "order", path: "/orders/:id" } };

function customerOf(field: string): PagePart {
  return {
    name: "customer",
    from: { service: "customer", path: "/customers/:customer" },
    dependsOn: { customer: field },
  };
}

Deno.test("parts are asked for after those that they depend on, whatever their place in the page", () => {
  const parts = [
    { ...customerOf("order.customer.id"), name: "first", dependsOn: { customer: "customer.id" } },
    customerOf("order.customer.id"),
    order,
  ];
  assert.deepEqual(
    inOrder(page({ path: "/api/orders/:id", parts }).parts).map(({ name }) => name),
    ["order", "customer", "first"],
  );
});

for (
  const [what, parts, said] of [
    ["two parts of one name", [order, order], /part "order" is there twice$/],
    ["a parameter that nobody gives", [customerOf("order.id"), {
      ...order,
      from: { service: "order", path: "/orders/:it" },
    }], /nobody gives part "order" its it$/],
    [
      "a part that depends on none",
      [customerOf("invoice.id")],
      /part "customer" depends on "invoice.id", which is of no part$/,
    ],
    ["parts that wait for each other", [customerOf("order.id"), {
      ...order,
      dependsOn: { id: "customer.id" },
    }], /parts depend on each other$/],
    ["a part that waits for itself", [customerOf("customer.id")], /parts depend on each other$/],
    [
      "a part that always has the same",
      [{ ...order, required: true, fallback: { static: 1 } }],
      /part "order" is required, and/,
    ],
    ["a part without time", [{ ...order, timeoutMs: 0 }], /part "order" has 0 ms$/],
  ] as const
) {
  Deno.test(`a page with ${what} is refused`, () => {
    assert.throws(() => page({ path: "/api/orders/:id", parts }), said);
  });
}
