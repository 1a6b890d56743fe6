import type { View } from "@headwater/core";
import assert from "node:assert/strict";
import { z } from "zod";
import { declare } from "./declare.ts";
import { publicRoutes } from "./public_routes.ts";
import { type Routes, routes } from "./service_app.ts";

const view = { name: "doors" } as View;

function routesOf(add: (app: Routes) => void) {
  const app = routes();
  add(app);
  return publicRoutes("doors", app);
}

Deno.test("a route is public with all that its service says of it, wherever that stands", () => {
  const query = z.strictObject({ color: z.string() });
  const listing = declare({ query, priority: "bulk", rate: { requests: 5, windowMs: 1_000 } });
  const found = routesOf((app) => {
    app.get("/api/doors", (_c, next) => next(), listing, (c) => c.json([]));
    const inner = routes();
    inner.get("/doors/:id", declare({ roles: ["porter"] }), (c) => c.json({}));
    app.route("/api", inner);
    app.get("/internal", declare({}), (c) => c.json({}));
  });
  assert.equal(listing.query, query);
  assert.deepEqual(found, [
    {
      service: "doors",
      method: "GET",
      path: "/api/doors",
      declared: {
        priority: "bulk",
        rate: { requests: 5, windowMs: 1_000 },
        query,
      },
    },
    {
      service: "doors",
      method: "GET",
      path: "/api/doors/:id",
      declared: { priority: "normal", roles: ["porter"] },
    },
  ]);
});

Deno.test("what nothing is said of comes after the critical ones and before bulk", () => {
  const [route] = routesOf((app) => app.get("/api/doors", (c) => c.json([])));
  assert.deepEqual(route?.declared, { priority: "normal" });
});

Deno.test("a declared route answers as if nothing had been declared", async () => {
  const app = routes();
  app.get("/api/doors", declare({ priority: "bulk" }), (c) => c.json(["green"]));
  assert.deepEqual(await (await app.request("/api/doors")).json(), ["green"]);
});

Deno.test("what cannot be is refused when it is declared, or when routes are put together", () => {
  const cache = { views: [view], freshMs: 1_000, staleMs: 0 };
  for (
    const [said, add] of [
      [/rate: requests is 0/, () => declare({ rate: { requests: 0, windowMs: 1_000 } })],
      [/cache: staleMs is NaN/, () => declare({ cache: { ...cache, staleMs: NaN } })],
      [
        /cache POST \/api\/doors: allowed is GET/,
        (app: Routes) => app.post("/api/doors", declare({ cache }), (c) => c.json({})),
      ],
      [
        /by "id": it is no parameter/,
        (app: Routes) =>
          app.get(
            "/api/doors/:idea",
            declare({ cache: { ...cache, key: "id" } }),
            (c) => c.json({}),
          ),
      ],
      [
        /body with GET/,
        (app: Routes) => app.get("/api/doors", declare({ body: z.string() }), (c) => c.json({})),
      ],
      [
        /more than once/,
        (app: Routes) => app.get("/api/doors", declare({}), declare({}), (c) => c.json({})),
      ],
    ] as const
  ) {
    assert.throws(() => routesOf(add), said);
  }
});
