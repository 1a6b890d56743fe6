import { declarationOf, type RouteDeclaration, undeclared } from "./declare.ts";
import type { Routes } from "./service_app.ts";

/** What clients may ask a service for. */
export type PublicRoute = {
  readonly service: string;
  readonly method: string;
  /** The same for clients and for the service; with `:parameters`. */
  readonly path: string;
  /** What the service says of it with `declare`. */
  readonly declared: RouteDeclaration;
};

/**
 * The routes of a service that begin with `/api/`: each once, in the order in which they were declared.
 *
 * Errors: a route of which two things are said, or what cannot be.
 */
export function publicRoutes(service: string, routes: Routes): readonly PublicRoute[] {
  const entries = routes.routes.filter(({ path, method }) =>
    path.startsWith("/api/") && method !== "ALL"
  );
  // A handler and its middleware are entries of their own.
  const byRoute = Map.groupBy(entries, ({ method, path }) => `${method} ${path}`);
  return Array.from(byRoute.values(), ([entry, ...more]) => {
    const { method, path } = entry!;
    const said = [entry!, ...more].flatMap(({ handler }) => declarationOf(handler) ?? []);
    if (said.length > 1) throw new Error(`Cannot declare ${method} ${path} more than once`);
    const [declared = undeclared] = said;
    assertFits({ service, method, path, declared });
    return { service, method, path, declared };
  });
}

function assertFits({ method, path, declared: { cache, body } }: PublicRoute): void {
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
