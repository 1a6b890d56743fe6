import { type Admission, edge, type EdgeContext, type EdgeRoutes } from "@headwater/http";
import { endWithIdentity } from "./end_with_identity.ts";

/**
 * `/console…`: what operators see in a browser, for operators alone. A browser of nobody in particular is sent to where
 * people log in, if there is such a place.
 */
export function addConsole(
  app: EdgeRoutes,
  { console, login, admitOperators }: {
    readonly console: EdgeRoutes;
    /** `/login…` and `/logout`; undefined: people cannot. */
    readonly login?: EdgeRoutes | undefined;
    /** Whom to take for an operator. */
    readonly admitOperators: Admission;
  },
): void {
  if (login) app.route("/console", login);
  app.use("/console/*", async (c, next) => {
    try {
      const identity = await admitOperators(c.req.raw);
      if (identity) edge.noteIdentity(c, identity);
    } catch (error) {
      if (!login || !isNobody(error) || !wantsPage(c)) throw error;
      const { pathname, search } = new URL(c.req.url);
      const to = `/console/login?${new URLSearchParams({ returnTo: `${pathname}${search}` })}`;
      return c.redirect(to, 303);
    }
    await next();
    endWithIdentity(c, c.var.identity);
    return undefined;
  });
  app.route("/console", console);
}

function isNobody(error: unknown): boolean {
  return error instanceof edge.NotAdmitted && error.code === "token-missing";
}

function wantsPage({ req }: EdgeContext): boolean {
  // A form that was not taken is there again after the login: its page stands under the same address
  return ["GET", "POST"].includes(req.method) && (req.header("Accept") ?? "").includes("text/html");
}
