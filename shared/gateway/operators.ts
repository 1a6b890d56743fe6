import { type Admission, edge, type EdgeRoutes, type Routes } from "@headwater/http";

/** Routes for operators alone, beside those of the gateway's own. */
export function addOperators(
  app: EdgeRoutes,
  { operators, admitOperators }: {
    readonly operators: Routes;
    /** Whom to take for an operator. */
    readonly admitOperators: Admission;
  },
): void {
  for (const path of new Set(operators.routes.map((route) => route.path))) {
    app.use(path, async (c, next) => {
      const identity = await admitOperators(c.req.raw);
      if (identity) edge.noteIdentity(c, identity);
      await next();
    });
  }
  app.route("/", operators);
}
