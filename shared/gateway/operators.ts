import { type Admission, edge, type EdgeRoutes } from "@headwater/http";
import { endWithIdentity } from "./end_with_identity.ts";
import type { Env, Hono } from "hono";

/** Routes for operators alone, beside those of the gateway's own. */
export function addOperators<Given extends Env>(
  app: EdgeRoutes,
  { operators, admitOperators }: {
    readonly operators: Hono<Given>;
    /** Whom to take for an operator. */
    readonly admitOperators: Admission;
  },
): void {
  for (const path of new Set(operators.routes.map((route) => route.path))) {
    app.use(path, async (c, next) => {
      const identity = await admitOperators(c.req.raw);
      if (identity) edge.noteIdentity(c, identity);
      await next();
      endWithIdentity(c, c.var.identity);
    });
  }
  app.route("/", operators);
}
