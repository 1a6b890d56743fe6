import { declarationOf, type RouteDeclaration, undeclared } from "./declare.ts";
import { readingOf, type RouteReading } from "./read_your_writes.ts";
import type { Routes } from "./service_app.ts";

/** What clients may ask a service for. */
export type PublicRoute = {
  readonly service: string;
  readonly method: string;
  /** The same for clients and for the service; with `:parameters`. */
  readonly path: string;
  /** What the service says of it with `declare`. */
  readonly declared: RouteDeclaration;
  /** What `readsFrom` says of it; undefined: nothing. */
  readonly reads?: RouteReading | undefined;
};

/**
 * The routes of a service that begin with `/api/`: each once, in the order in which they were declared.
 *
 * Errors: a route of which two things are said, or what cannot be.
 */
export function publicRoutes(
  service: string,
  routes: Pick<Routes, "routes">,
): readonly PublicRoute[] {
  return routesOf(service, routes).filter(({ path }) => path.startsWith("/api/"));
}

/** Those, and what other services may ask of it, where something is declared of that. */
export function declaredRoutes(
  service: string,
  routes: Pick<Routes, "routes">,
): readonly PublicRoute[] {
  return routesOf(service, routes)
    .filter(({ path, declared }) => path.startsWith("/api/") || declared !== undeclared);
}

function routesOf(service: string, routes: Pick<Routes, "routes">): readonly PublicRoute[] {
  const entries = routes.routes.filter(({ method }) => method !== "ALL");
  // A handler and its middleware are entries of their own.
  const byRoute = Map.groupBy(entries, ({ method, path }) => `${method} ${path}`);
  return Array.from(byRoute.values(), ([entry, ...more]) => {
    const { method, path } = entry!;
    const all = [entry!, ...more];
    const said = all.flatMap(({ handler }) => declarationOf(handler) ?? []);
    if (said.length > 1) throw new Error(`Cannot declare ${method} ${path} more than once`);
    const [declared = undeclared] = said;
    const reads = all.map(({ handler }) => readingOf(handler)).find((found) => found);
    const route = { service, method, path, declared, ...(reads && { reads }) };
    assertFits(route);
    return route;
  });
}

function assertFits({ method, path, declared }: PublicRoute): void {
  const { cache, body, params = {} } = declared;
  for (const name of Object.keys(params)) {
    if (path.split("/").includes(`:${name}`)) continue;
    throw new Error(
      `Cannot declare "${name}" of ${method} ${path}: its path has no such parameter`,
    );
  }
  if (cache && method !== "GET") {
    throw new Error(`Cannot cache ${method} ${path}: allowed is GET`);
  }
  if (cache?.key !== undefined && !path.split("/").includes(`:${cache.key}`)) {
    throw new Error(
      `Cannot cache ${method} ${path} by "${cache.key}": it is no parameter of the path`,
    );
  }
  if (body && method === "GET") throw new Error(`Cannot take a body with GET ${path}`);
}
