import { type Admission, edge, type EdgeRoutes } from "@headwater/http";

/** `/console…`: what operators see in a browser, for operators alone. */
export function addConsole(
  app: EdgeRoutes,
  { console, admitOperators }: {
    readonly console: EdgeRoutes;
    /** Whom to take for an operator. */
    readonly admitOperators: Admission;
  },
): void {
  app.use("/console/*", async (c, next) => {
    const identity = await admitOperators(c.req.raw);
    if (identity) edge.noteIdentity(c, identity);
    await next();
  });
  app.route("/console", console);
}
