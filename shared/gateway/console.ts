import type { Admission, EdgeRoutes } from "@headwater/http";

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
    admitOperators(c.req.raw);
    await next();
  });
  app.route("/console", console);
}
