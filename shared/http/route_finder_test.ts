import { deepEqual, equal } from "node:assert/strict";
import { routeFinder } from "./route_finder.ts";

function route(method: string, path: string) {
  return { method, path };
}

const routes = [
  route("GET", "/api/orders/:id"),
  route("GET", "/api/orders/events"),
  route("POST", "/api/orders"),
  route("GET", "/api/orders"),
  route("GET", "/api/:kind/:id"),
  route("GET", "/api/orders/:order/lines/:line"),
];

Deno.test("of several routes that fit, the one without parameters is meant, then the first", () => {
  for (const given of [routes, routes.filter(({ path }) => !path.includes(":kind"))]) {
    const find = routeFinder(given);
    const found = (method: string, path: string) => find(method, path)?.route.path;
    equal(found("GET", "/api/orders/7"), "/api/orders/:id");
    equal(found("GET", "/api/orders/events"), "/api/orders/events");
    equal(found("POST", "/api/orders"), "/api/orders");
    equal(found("GET", "/api/orders"), "/api/orders");
    equal(found("PUT", "/api/orders"), undefined);
    equal(found("GET", "/api/orders/7/lines"), undefined);
    equal(found("GET", "/api/orders/7/"), undefined);
  }
});

Deno.test("parameters of a path are found by their names, decoded once", () => {
  const find = routeFinder(routes);
  deepEqual(find("GET", "/api/orders/a%2520b/lines/%C3%A4")?.params, { order: "a%20b", line: "ä" });
  deepEqual(find("GET", "/api/doors/ö x")?.params, { kind: "doors", id: "ö x" });
  deepEqual(find("GET", "/api/orders")?.params, {});
});

Deno.test("where there are no routes, none is asked for", () => {
  equal(routeFinder([])("GET", "/"), undefined);
});
