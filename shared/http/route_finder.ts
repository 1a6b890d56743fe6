import type { Result } from "hono/router";
import { RegExpRouter } from "hono/router/reg-exp-router";
import { SmartRouter } from "hono/router/smart-router";
import { TrieRouter } from "hono/router/trie-router";

/** A route that a request asks for, and the parameters of its path, decoded. */
export type FoundRoute<Route> = {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
};

const none: FoundRoute<never>["params"] = {};

/**
 * Finds which of all routes a request asks for, by its method and its path as Hono's `c.req.path` has it. Of several that
 * fit, the one without parameters is meant, then the first: `/api/orders/events` is no order.
 */
export function routeFinder<Route extends { readonly method: string; readonly path: string }>(
  routes: readonly Route[],
): (method: string, path: string) => FoundRoute<Route> | undefined {
  // Apart, as a router that knows no better would take both for a conflict
  const fixed = new Map<string, Map<string, FoundRoute<Route>>>();
  const router = new SmartRouter<Route>({ routers: [new RegExpRouter(), new TrieRouter()] });
  for (const route of routes) {
    const { method, path } = route;
    if (path.includes(":")) {
      router.add(method, path, route);
      continue;
    }
    let ofMethod = fixed.get(method);
    if (!ofMethod) fixed.set(method, ofMethod = new Map());
    if (!ofMethod.has(path)) ofMethod.set(path, { route, params: none });
  }
  return (method, path) => fixed.get(method)?.get(path) ?? firstOf(router.match(method, path));
}

function firstOf<Route>([found, texts]: Result<Route>): FoundRoute<Route> | undefined {
  const first = found[0];
  if (!first) return undefined;
  const [route, places] = first;
  const params: Record<string, string> = {};
  for (const name in places) {
    const place = places[name]!;
    // One of Hono's routers says what it is, the other one where it stands
    const value = typeof place === "number" ? texts![place]! : place;
    params[name] = value.includes("%") ? decodeURIComponent(value) : value;
  }
  return { route, params };
}
