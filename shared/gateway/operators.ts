import { type Admission, edge, type EdgeContext, type EdgeRoutes } from "@headwater/http";
import { endWithIdentity } from "./end_with_identity.ts";
import type { Context, Env, Hono } from "hono";

/**
 * Routes for operators alone, beside those of the gateway's own. Whoever else looks at a path that everybody is told
 * something at, too, is told that.
 */
export function addOperators<Given extends Env>(
  app: EdgeRoutes,
  { operators, admitOperators, toOthers = () => undefined }: {
    readonly operators: Hono<Given>;
    /** Whom to take for an operator. */
    readonly admitOperators: Admission;
    /** Default: nobody else is told anything. */
    toOthers?(c: EdgeContext & Pick<Context, "body">): Response | undefined;
  },
): void {
  for (const path of new Set(operators.routes.map((route) => route.path))) {
    app.use(path, async (c, next) => {
      try {
        const identity = await admitOperators(c.req.raw);
        if (identity) edge.noteIdentity(c, identity);
      } catch (error) {
        const answer = error instanceof edge.NotAdmitted ? toOthers(c) : undefined;
        if (answer) return answer;
        throw error;
      }
      await next();
      endWithIdentity(c, c.var.identity);
      return undefined;
    });
  }
  app.route("/", operators);
}
