import { equal, match, ok } from "node:assert/strict";
import fc from "fast-check";
import { exampleService, jsonRequest, validExampleOrder } from "@headwater/http/testing";
import { readsFrom } from "@headwater/http";

const view = { name: "orders" } as Parameters<typeof readsFrom>[0];
const readModels = {
  wait: () => Promise.resolve({ position: 1, reached: true }),
  isParked: () => Promise.resolve(false),
  follow: () => () => {},
};

/** Throws one junk request at a service, then a good one. */
async function throwAt(request: Request, expected: readonly number[]): Promise<void> {
  const { service, log, logged, handled } = exampleService((app) => {
    app.get("/view", readsFrom(view), (c) => c.json({}));
  }, { readModels });
  const response = await service(request);
  const text = await response.text();
  ok(expected.includes(response.status), `${response.status} ${text}`);
  match(response.headers.get("X-Correlation-Id") ?? "", /^[\w.~:+/=-]{1,128}$/);
  if (response.status >= 400) {
    equal(response.headers.get("Content-Type"), "application/problem+json");
    const problem = JSON.parse(text);
    equal(problem.status, response.status);
    equal(problem.correlationId, response.headers.get("X-Correlation-Id"));
    match(problem.code, /^[a-z]+(-[a-z]+)*$/);
    equal(problem.type, `urn:headwater:problem:${problem.code}`);
    ok(problem.title.length > 0 && problem.detail.length > 0);
    ok(!/\bat \S+:\d+|file:\/\/|node_modules|Error:/.test(text), text);
    equal((problem.errors ?? []).every((issue: unknown) => isIssue(issue)), true);
    equal(problem.code === "bad-input", "errors" in problem);
    equal(handled.length, 0);
    equal(log.recorded.length, 0);
  }
  equal(logged.length, 0, JSON.stringify(logged));
  const next = await service(jsonRequest("/orders/next", { body: validExampleOrder }));
  equal(next.status, 202);
  await next.body?.cancel();
}

function isIssue(issue: unknown): boolean {
  const { path, message } = issue as { path: unknown; message: unknown };
  return typeof path === "string" && typeof message === "string" && message.length > 0;
}

function post(body: BodyInit | null, headers: Record<string, string> = {}): Request {
  return new Request("http://example/orders/1", {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body,
  });
}

const valid = JSON.stringify(validExampleOrder);
const anyValue = fc.jsonValue({ maxDepth: 5 });

/** A valid body with one of its places taken by something else. */
const oneWrongField = fc.tuple(
  fc.constantFrom("customer", "lines", "sku", "quantity", "unitPrice"),
  fc.oneof(anyValue, fc.constantFrom(-1, 0, 1.5, 2 ** 53, 1e300, "\u0000", "../x", "", [], {})),
).map(([field, value]) => {
  const [line] = validExampleOrder.lines;
  return field in validExampleOrder
    ? { ...validExampleOrder, [field]: value }
    : { ...validExampleOrder, lines: [{ ...line, [field]: value }] };
});

const headerText = fc.string({
  unit: fc.integer({ min: 0x20, max: 0xff }).filter((code) => code !== 0x7f)
    .map((code) => String.fromCharCode(code)),
  maxLength: 300,
});

const settings = { numRuns: 200 };

Deno.test("bodies of any JSON are taken or refused, never a fault", async () => {
  const bodies = fc.oneof(anyValue, oneWrongField).map((value) => JSON.stringify(value));
  await fc.assert(
    fc.asyncProperty(bodies, (body) => throwAt(post(body), [202, 400])),
    settings,
  );
});

Deno.test("bodies cut short, spliced or of any bytes are refused", async () => {
  const spliced = fc.tuple(fc.nat(valid.length - 1), fc.string({ maxLength: 5 })).map(
    ([at, junk]) => valid.slice(0, at) + junk + valid.slice(at + 1),
  );
  const bodies = fc.oneof(
    fc.nat(valid.length - 1).map((length) => valid.slice(0, length)),
    spliced,
    fc.string({ unit: "binary" }),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => new Uint8Array(bytes)),
  );
  await fc.assert(
    // A splice may happen to leave another valid order.
    fc.asyncProperty(bodies, (body) => throwAt(post(body), [202, 400])),
    settings,
  );
});

Deno.test("bodies that nest deeper and deeper are refused", async () => {
  const deep = fc.tuple(
    fc.constantFrom(["[", "]"], ['{"lines":', "}"], ['[{"a":', "}]"]),
    fc.integer({ min: 40, max: 20_000 }),
    fc.boolean(),
  ).map(([[open, close], depth, isClosed]) =>
    open!.repeat(depth) + (isClosed ? "1" + close!.repeat(depth) : "")
  );
  await fc.assert(fc.asyncProperty(deep, (body) => throwAt(post(body), [400])), { numRuns: 30 });
});

Deno.test("bodies of megabytes are refused, whole or in pieces", async () => {
  const bodies = fc.tuple(fc.integer({ min: 1024 * 1024, max: 3 * 1024 * 1024 }), fc.boolean());
  await fc.assert(
    fc.asyncProperty(bodies, async ([size, isStreamed]) => {
      const body = '"' + "x".repeat(size);
      await throwAt(post(isStreamed ? new Blob([body]).stream() : body), [413]);
    }),
    { numRuns: 20 },
  );
});

Deno.test("orders of ten thousand lines are refused", async () => {
  const [line] = validExampleOrder.lines;
  for (const length of [101, 10_000]) {
    const lines = Array.from({ length }, () => line);
    await throwAt(post(JSON.stringify({ customer: "Ada", lines })), [400]);
  }
});

Deno.test("media types of any kind are read as JSON or refused", async () => {
  const types = fc.oneof(
    headerText,
    fc.constantFrom("text/plain", "multipart/form-data; boundary=x", "application/xml"),
    headerText.map((text) => `application/json;${text}`),
  );
  await fc.assert(
    fc.asyncProperty(
      types,
      (type) => throwAt(post(valid, { "Content-Type": type }), [202, 415]),
    ),
    settings,
  );
});

Deno.test("headers of any kind never break a command", async () => {
  const headers = fc.dictionary(
    fc.constantFrom(
      "X-Correlation-Id",
      "traceparent",
      "Idempotency-Key",
      "If-Match",
      "Content-Length",
      "Prefer",
    ),
    fc.oneof(headerText, fc.constantFrom('"1"', "key-1", "-1", "NaN", "1e9", '"', "*")),
  );
  await fc.assert(
    fc.asyncProperty(headers, (junk) => throwAt(post(valid, junk), [202, 400, 413])),
    settings,
  );
});

Deno.test("headers of any kind never break a query", async () => {
  const headers = fc.dictionary(
    fc.constantFrom("X-Correlation-Id", "X-Min-Position", "Prefer", "If-Match", "Accept"),
    fc.oneof(headerText, fc.constantFrom("1", "wait=1", "wait=", "stale-ok", "-1", "9".repeat(40))),
  );
  await fc.assert(
    fc.asyncProperty(
      headers,
      (junk) => throwAt(new Request("http://example/view", { headers: junk }), [200, 400]),
    ),
    settings,
  );
});

Deno.test("paths, queries and methods of any kind are answered", async () => {
  const piece = fc.oneof(
    fc.webSegment(),
    fc.constantFrom(
      "..",
      "%2e%2e",
      "%00",
      "%zz",
      "%C0%80",
      "orders",
      "commands",
      "health",
      "*",
      ":id",
    ),
    fc.string({ unit: "binary", maxLength: 10 }).map((text) =>
      encodeURIComponent(text.toWellFormed())
    ),
  );
  const requests = fc.record({
    method: fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"),
    path: fc.array(piece, { maxLength: 4 }).map((pieces) => `/${pieces.join("/")}`),
    query: fc.oneof(fc.constant(""), fc.webQueryParameters().map((query) => `?${query}`)),
  });
  await fc.assert(
    fc.asyncProperty(requests, async ({ method, path, query }) => {
      const { service, logged } = exampleService();
      const response = await service(new Request(`http://example${path}${query}`, { method }));
      ok([200, 400, 404, 405, 415].includes(response.status), String(response.status));
      ok(response.headers.has("X-Correlation-Id"));
      if (response.status >= 400 && method !== "HEAD") {
        equal((await response.json()).status, response.status);
      } else await response.body?.cancel();
      equal(logged.length, 0);
    }),
    settings,
  );
});
