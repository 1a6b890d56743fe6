import type { Routes } from "./service_app.ts";

/** What clients may ask a service for. */
export type PublicRoute = {
  readonly service: string;
  readonly method: string;
  /** The same for clients and for the service; with `:parameters`. */
  readonly path: string;
};

/** The routes of a service that begin with `/api/`: each once, in the order in which they were declared. */
export function publicRoutes(service: string, routes: Routes): readonly PublicRoute[] {
  // A handler and its middleware are entries of their own.
  const declared = new Set(
    routes.routes.filter(({ path, method }) => path.startsWith("/api/") && method !== "ALL")
      .map(({ method, path }) => `${method} ${path}`),
  );
  return [...declared].map((route) => {
    const [method = "", path = ""] = route.split(" ");
    return { service, method, path };
  });
}
