import fc from "fast-check";
import assert from "node:assert/strict";
import { dataSummary } from "./data_summary.ts";

Deno.test("a value is told in a line", () => {
  assert.equal(dataSummary({ sku: "TEA", quantity: 2 }), 'sku: "TEA", quantity: 2');
  assert.equal(dataSummary({ lines: [{ sku: "TEA" }] }), 'lines: [{sku: "TEA"}]');
  assert.equal(dataSummary(null), "null");
});

Deno.test("whatever it is, the line is short", () => {
  fc.assert(fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
    assert.ok(dataSummary(value).length <= 160);
  }));
});

Deno.test("of a value of megabytes only the beginning is looked at", () => {
  const looked: string[] = [];
  const value = new Proxy<Record<string, string>>({}, {
    ownKeys: () => Array.from({ length: 100_000 }, (_, index) => `key${index}`),
    getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true, value: "" }),
    get: (_, name) => {
      looked.push(String(name));
      return "x".repeat(50);
    },
  });
  dataSummary(value);
  assert.ok(looked.length < 10, `${looked.length} of them were read`);
});
