import assert from "node:assert/strict";
import type { ProviderEntry } from "./evidence.ts";
import {
  doubled,
  type Entry,
  evidenceOf,
  exampleEntries,
  without,
} from "./testing/example_history.ts";
import { judgeMoney } from "./judge_money.ts";

type Provider = ReadonlyMap<string, ProviderEntry>;

const provider: Provider = new Map([
  ["payment-ada", { charged: true, refunded: false }],
  ["payment-ben", { charged: true, refunded: true }],
]);

Deno.test("money that adds up is fine", () => {
  assert.deepEqual(judgeMoney(evidenceOf(exampleEntries, { provider })), {
    name: "money adds up, nobody is charged twice",
    holds: true,
    detail: "2 orders, 900 minor units kept",
  });
});

Deno.test("a second charge is noticed", () => {
  const entries = doubled(exampleEntries, { type: "PaymentCharged", orderId: "ben" });
  expectObjection(entries, /order "ben" was charged 2 times/);
});

Deno.test("a second refund is noticed", () => {
  const entries = doubled(exampleEntries, { type: "PaymentRefunded", orderId: "ben" });
  expectObjection(entries, /order "ben" was refunded 900 more than it was charged/);
});

Deno.test("money kept of a cancelled order, or missing for one that stands, is noticed", () => {
  expectObjection(
    without(exampleEntries, { type: "PaymentRefunded", orderId: "ben" }),
    /order "ben" is "cancelled": 900 kept, expected 0/,
  );
  expectObjection(
    without(exampleEntries, { type: "PaymentCharged", orderId: "ada" }),
    /order "ada" is "delivered": 0 kept, expected 900/,
  );
});

Deno.test("a provider that keeps the money of a cancelled order is noticed", () => {
  const keeping = new Map(provider).set("payment-ben", { charged: true, refunded: false });
  expectObjection(exampleEntries, /"ben" is "cancelled" and the provider keeps/, keeping);
});

Deno.test("money that the provider does not have is noticed", () => {
  const poor = new Map(provider).set("payment-ada", { charged: false, refunded: false });
  expectObjection(exampleEntries, /"ada" counts on money that the provider does not have/, poor);
});

function expectObjection(
  entries: readonly Entry[],
  objection: RegExp,
  book: Provider = provider,
): void {
  const { holds, detail } = judgeMoney(evidenceOf(entries, { provider: book }));
  assert.match(detail, objection);
  assert.equal(holds, false);
}
