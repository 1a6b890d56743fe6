import type { policy } from "@headwater/resilience";
import { RegExpRouter } from "hono/router/reg-exp-router";
import { SmartRouter } from "hono/router/smart-router";
import { TrieRouter } from "hono/router/trie-router";
import type { PublicRoute } from "./public_routes.ts";

/** What services declare of their routes, for whoever has to know it before a request is routed. */
export function routePriorities(
  routes: readonly Pick<PublicRoute, "method" | "path" | "declared">[],
): (method: string, path: string) => policy.Priority {
  if (routes.every(({ declared }) => declared.priority === "normal")) return () => "normal";
  const router = new SmartRouter<policy.Priority>({
    routers: [new RegExpRouter(), new TrieRouter()],
  });
  // Of several that fit, the one is meant that would answer: `/api/orders/events` is no order
  const inOrder = routes.toSorted((one, other) =>
    Number(one.path.includes(":")) - Number(other.path.includes(":"))
  );
  for (const { method, path, declared } of inOrder) router.add(method, path, declared.priority);
  return (method, path) => router.match(method, path)[0][0]?.[0] ?? "normal";
}
