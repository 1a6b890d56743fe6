import assert from "node:assert/strict";
import { compileRegex } from "./compile_regex.ts";

Deno.test("options at the beginning of a regular expression count for all of it", () => {
  assert.ok(compileRegex("(?i)^order-").test("Order-1"));
  assert.ok(!compileRegex("^order-").test("Order-1"));
  assert.ok(compileRegex("(?im)^b$").test("a\nB"));
});

Deno.test("anchors of the whole text are understood, and mean nothing within a class", () => {
  assert.ok(compileRegex("\\Aorder-\\d+\\z").test("order-12"));
  assert.ok(!compileRegex("\\Aorder-").test("preorder-1"));
  assert.ok(!compileRegex("order\\z").test("order-1"));
  assert.ok(compileRegex("order\\Z").test("order\n"));
  assert.ok(compileRegex("^\\\\A").test("\\A"));
});

Deno.test("escapes that are not needed are let pass, and characters beyond 16 bits are one", () => {
  assert.ok(compileRegex("^a\\-\\_b$").test("a-_b"));
  assert.ok(compileRegex("^.$").test("🚚"));
  assert.ok(compileRegex("^[^\\$].*").test("order"));
});

Deno.test("what no dialect can read is refused", () => {
  assert.throws(() => compileRegex("("), SyntaxError);
  assert.throws(() => compileRegex("(?x)a"), SyntaxError);
});
