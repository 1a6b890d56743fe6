import fc from "fast-check";
import assert from "node:assert/strict";
import { answerDifferences } from "./answer_differences.ts";

function answer(
  body: unknown,
  { status = 200, headers = { "Content-Type": "application/json" } }: {
    readonly status?: number;
    readonly headers?: Record<string, string>;
  } = {},
) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { status, headers: new Headers(headers), body: new TextEncoder().encode(text) };
}

function fields(...[one, other, options]: Parameters<typeof answerDifferences>) {
  return answerDifferences(one, other, options).map(({ field }) => field);
}

Deno.test("the same JSON is the same, however it is written", () => {
  assert.deepEqual(fields(answer({ a: 1, b: [2] }), answer('{ "b": [2], "a": 1.0 }')), []);
});

Deno.test("a field differs once, wherever in a list, and what one side lacks is undefined", () => {
  const one = answer({ items: [{ sku: "a", price: 1 }, { sku: "b", price: 2 }], next: null });
  const other = answer({ items: [{ sku: "a", price: 3 }, { sku: "b", price: 4 }], more: 1 });
  const found = answerDifferences(one, other);
  assert.deepEqual(found.map(({ field, ...rest }) => [field, rest.legacy, rest.new]), [
    ["body.items[].price", 1, 3],
    ["body.next", null, undefined],
    ["body.more", undefined, 1],
  ]);
});

Deno.test("fields that every object has by nature are fields like others", () => {
  for (const name of ["constructor", "toString", "__proto__", "hasOwnProperty"]) {
    const [without, having] = [answer("{}"), answer(`{"${name}":1}`)];
    assert.deepEqual(fields(without, having), [`body.${name}`]);
    assert.deepEqual(fields(having, without), [`body.${name}`]);
  }
});

Deno.test("of answers of another status nothing else is compared", () => {
  assert.deepEqual(fields(answer({ a: 1 }), answer({ code: "x" }, { status: 404 })), ["status"]);
});

Deno.test("chosen headers are compared, and no others; by default the media type is", () => {
  const one = answer({}, { headers: { "Content-Type": "application/json", ETag: "1", Date: "a" } });
  const other = answer({}, { headers: { "Content-Type": "application/json", ETag: "2" } });
  assert.deepEqual(fields(one, other), []);
  assert.deepEqual(fields(one, other, { headers: ["ETag"] }), ["header etag"]);
  assert.deepEqual(fields(answer("a"), answer("a", { headers: {} })), ["header content-type"]);
});

Deno.test("what may differ is left out with all that is in it, and nothing that only begins so", () => {
  const one = answer({ meta: { at: 1 }, metadata: 1, items: [{ at: 1 }] });
  const other = answer({ meta: { at: 2 }, metadata: 2, items: [{ at: 2 }] });
  assert.deepEqual(fields(one, other, { ignore: ["body.meta", "body.items[].at"] }), [
    "body.metadata",
  ]);
});

Deno.test("what is no JSON, or too deep, is compared as text", () => {
  assert.deepEqual(fields(answer("a", { headers: {} }), answer("b", { headers: {} })), ["body"]);
  assert.deepEqual(fields(answer("{"), answer({})), ["body"]);
  const deep = (end: string) => answer("[".repeat(20_000) + end + "]".repeat(20_000));
  assert.deepEqual(fields(deep("1"), deep("2")), ["body"]);
});

Deno.test("whatever JSON two answers are, they differ just where they are not the same", () => {
  const json = fc.jsonValue({ maxDepth: 4 });
  fc.assert(fc.property(json, json, (one, other) => {
    assert.deepEqual(fields(answer(JSON.stringify(one)), answer(JSON.stringify(one))), []);
    const isSame = isEqual(JSON.parse(JSON.stringify(one)), JSON.parse(JSON.stringify(other)));
    const found = fields(answer(JSON.stringify(one)), answer(JSON.stringify(other)));
    assert.equal(found.length === 0, isSame);
  }));
});

function isEqual(one: unknown, other: unknown): boolean {
  try {
    assert.deepEqual(one, other);
    return true;
  } catch {
    return false;
  }
}

Deno.test("the name of a field is one that a database takes, whatever clients have called it", () => {
  for (const name of ["a\u0000b", "\ud800", `${"x".repeat(194)}😀`, "line\nend"]) {
    const [one, other] = [1, 2].map((value) => ({
      status: 200,
      headers: new Headers({ "Content-Type": "application/json" }),
      body: new TextEncoder().encode(JSON.stringify({ [name]: value })),
    }));
    const [found, ...more] = answerDifferences(one!, other!);
    assert.equal(more.length, 0);
    assert.doesNotMatch(found?.field ?? "\0", /\p{Cc}/u);
    assert.ok(found?.field.isWellFormed(), JSON.stringify(name));
  }
});
