import { type Admission, edge, type EdgeRoutes, type PublicRoute } from "@headwater/http";
import { onEachRoute } from "./on_each_route.ts";

/**
 * Refuses, with 403 or as operators are told apart, whoever lacks the roles that services declare of their routes.
 * Everybody has the role `public`, operators have `operator`; who else is who nobody knows here, so a route for others
 * is for nobody.
 */
export function addRoles(
  app: EdgeRoutes,
  { routes, admitOperators }: {
    readonly routes: readonly PublicRoute[];
    readonly admitOperators: Admission;
  },
): void {
  onEachRoute(app, routes, ({ method, path, declared: { roles } }) => {
    if (roles.includes("public")) return undefined;
    return async (c, next) => {
      if (!roles.includes("operator")) {
        throw new edge.NotAdmitted(
          "role-missing",
          `Cannot ${method} ${path}: it is for ${roles.join(", ") || "nobody"}`,
        );
      }
      admitOperators(c.req.raw);
      await next();
      return undefined;
    };
  });
}
