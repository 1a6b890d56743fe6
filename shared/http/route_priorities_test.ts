import { equal } from "node:assert/strict";
import { routePriorities } from "./route_priorities.ts";

const roles = ["public"] as const;

Deno.test("of several routes that fit, the one without parameters is meant, in whichever order they stand", () => {
  const priorityOf = routePriorities([
    { method: "GET", path: "/api/orders/:id", declared: { priority: "bulk", roles } },
    { method: "GET", path: "/api/orders/events", declared: { priority: "best-effort", roles } },
    { method: "POST", path: "/api/orders", declared: { priority: "critical", roles } },
    { method: "GET", path: "/api/orders", declared: { priority: "normal", roles } },
  ]);
  equal(priorityOf("GET", "/api/orders/7"), "bulk");
  equal(priorityOf("GET", "/api/orders/events"), "best-effort");
  equal(priorityOf("POST", "/api/orders"), "critical");
  equal(priorityOf("GET", "/api/orders"), "normal");
  equal(priorityOf("PUT", "/api/orders"), "normal");
  equal(priorityOf("GET", "/api/orders/7/lines"), "normal");
});

Deno.test("where nothing is said, everything is as important", () => {
  equal(routePriorities([])("GET", "/"), "normal");
});
