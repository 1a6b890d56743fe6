import assert from "node:assert/strict";
import { readRouteTable, RouteTableRefused } from "./route_table.ts";

const surroundings = {
  routes: [{ method: "GET", path: "/api/products/:sku" }, {
    method: "POST",
    path: "/api/products",
  }],
  pages: ["/api/orders/:id"],
};

const legacy = { url: "http://legacy:9000/shop/" };
const route = { method: "GET", path: "/old/:page", upstream: "legacy" };

function read(table: unknown) {
  return readRouteTable(typeof table === "string" ? table : JSON.stringify(table), surroundings);
}

function problemsOf(table: unknown): readonly string[] {
  try {
    read(table);
  } catch (error) {
    assert.ok(error instanceof RouteTableRefused, String(error));
    return error.problems;
  }
  return [];
}

Deno.test("a table says where requests go, with numbers for what it leaves out", () => {
  const table = read({
    upstreams: { legacy: { ...legacy, timeoutMs: 2_000 }, files: { url: "https://files.example" } },
    routes: [
      { ...route, to: "/page.php/:page", timeoutMs: 500 },
      { method: "*", path: "/files/*", upstream: "files" },
      {
        method: "GET",
        path: "/api/products/:sku",
        upstream: "legacy",
        strangles: { name: "catalog", entity: ["param:sku"], subject: ["header:X-Customer"] },
      },
    ],
  });
  const rest = { running: 64, waiting: 512, openMs: 5_000, slowMs: false };
  const [first, second] = table.upstreams;
  assert.deepEqual(first, {
    name: "legacy",
    url: "http://legacy:9000/shop",
    timeoutMs: 2_000,
    ...rest,
  });
  assert.deepEqual(second, {
    name: "files",
    url: "https://files.example",
    timeoutMs: 10_000,
    ...rest,
  });
  assert.deepEqual(
    table.routes.map(({ method, path, to, upstream, timeoutMs, strangles }) =>
      [method, path, to, upstream.name, timeoutMs, strangles?.name].join(" ")
    ),
    [
      "GET /old/:page /page.php/:page legacy 500 ",
      ...["GET", "POST", "PUT", "PATCH", "DELETE"].map((method) =>
        `${method} /files/* /files/* files 10000 `
      ),
      "GET /api/products/:sku /api/products/:sku legacy 2000 catalog",
    ],
  );
});

for (
  const [what, table, said] of [
    ["no JSON", "{", /^it is no JSON: .+/],
    ["no table", [], /^the table is \[\], allowed: an object with upstreams and routes$/],
    ["no routes", { upstreams: {} }, /^routes is missing, allowed: a list of routes$/],
    [
      "an upstream's name",
      { upstreams: { "Le gacy": legacy }, routes: [] },
      /^the name of upstreams.Le gacy is not allowed: allowed are lower-case words/,
    ],
    [
      "a field too many",
      { upstreams: { legacy: { ...legacy, uri: 1 } }, routes: [] },
      /^upstreams.legacy.uri is not known$/,
    ],
    [
      "a protocol",
      { upstreams: { legacy: { url: "file:///etc/passwd" } }, routes: [] },
      /^upstreams.legacy.url is "file:\/\/\/etc\/passwd", allowed: http:\/\/host/,
    ],
    ["a password, which is not shown", {
      upstreams: { legacy: { url: "http://me:secret@legacy" } },
      routes: [],
    }, /^upstreams.legacy.url is "http:\/\/me:\*\*\*@legacy", allowed/],
    [
      "a query",
      { upstreams: { legacy: { url: "http://legacy/?to=" } }, routes: [] },
      /url is "http:\/\/legacy\/\?to="/,
    ],
    [
      "a number",
      { upstreams: { legacy: { ...legacy, timeoutMs: 0 } }, routes: [] },
      /^upstreams.legacy.timeoutMs is 0, allowed: a whole number from 1 to 600000$/,
    ],
    [
      "a method",
      { upstreams: { legacy }, routes: [{ ...route, method: "TRACE" }] },
      /^routes\[0\].method is "TRACE", allowed: GET, POST, PUT, PATCH, DELETE, or \*/,
    ],
    [
      "another upstream",
      { upstreams: { legacy }, routes: [{ ...route, upstream: "lagacy" }] },
      /^routes\[0\].upstream is "lagacy", allowed: legacy$/,
    ],
    [
      "a parameter from nowhere",
      { upstreams: { legacy }, routes: [{ ...route, to: "/x/:id" }] },
      /^routes\[0\].to is "\/x\/:id", allowed: what stands in path: :page$/,
    ],
    [
      "a star from nowhere",
      { upstreams: { legacy }, routes: [{ ...route, to: "/x/*" }] },
      /^routes\[0\].to is "\/x\/\*"/,
    ],
    ["a path of the gateway's", {
      upstreams: { legacy },
      routes: [{ ...route, path: "/health/live" }],
    }, /^routes\[0\].path is "\/health\/live", allowed: what the gateway does not/],
    [
      "a page",
      { upstreams: { legacy }, routes: [{ ...route, path: "/api/orders/:order" }] },
      /^routes\[0\].path is "\/api\/orders\/:order"/,
    ],
    ["a service's route", {
      upstreams: { legacy },
      routes: [{ ...route, path: "/api/products/:sku" }],
    }, /^routes\[0\].strangles is nothing, allowed: a name/],
    ["nothing to take it over", {
      upstreams: { legacy },
      routes: [{ ...route, strangles: { name: "x" } }],
    }, /^routes\[0\].path is "\/old\/:page", allowed: with strangles/],
    ["another name of a parameter", {
      upstreams: { legacy },
      routes: [{ ...route, path: "/api/products/:id", strangles: { name: "x" } }],
    }, /allowed: \/api\/products\/:sku, with the names/],
    ["a place that is none", {
      upstreams: { legacy },
      routes: [{ ...route, strangles: { name: "x", entity: ["sku"] } }],
    }, /^routes\[0\].strangles.entity\[0\] is "sku", allowed: param:NAME/],
    ["the same twice", {
      upstreams: { legacy },
      routes: [route, { ...route, method: "*", path: "/old/:id" }],
    }, /^routes has GET \/old\/:page more than once$/],
  ] as const
) {
  Deno.test(`a table with ${what} is refused, and says where`, () => {
    const [problem, ...more] = problemsOf(table);
    assert.match(problem ?? "", said);
    assert.deepEqual(more, []);
  });
}

for (
  const path of [
    "",
    "/",
    "old",
    "/../x",
    "/a/./b",
    "/a/..",
    "/a%2fb",
    "/a?b",
    "/*/a",
    "//a",
    "/a/",
    "/:",
  ]
) {
  Deno.test(`the path "${path}" is refused`, () => {
    assert.match(
      problemsOf({ upstreams: { legacy }, routes: [{ ...route, path }] })[0] ?? "",
      /^routes\[0\].path is /,
    );
  });
}

Deno.test("all that is wrong is said at once", () => {
  const wrong = { ...route, upstream: "other", path: "/ops/x" };
  assert.equal(problemsOf({ upstreams: { legacy }, routes: [wrong, wrong] }).length, 4);
});
